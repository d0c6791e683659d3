//! Event keys in memory: a key that an open transaction took makes others wait, as a row lock does in a database.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::store::keys::{self, Name};
use crate::store::{Duplicates, Keyed, NewEvent};
use crate::testing::memory::MemoryStore;
use crate::testing::memory::transaction::MemoryConnection;

/// Who has which key.
pub(super) type Keys = HashMap<(String, String), Holder>;

/// Who has a key.
#[derive(Debug)]
pub(super) enum Holder {
    /// A transaction that is still open.
    Open { transaction: Uuid, event: Uuid },
    /// An event that is committed, until then.
    Committed { event: Uuid, until: Instant },
}

/// A key that a transaction took.
#[derive(Debug)]
pub(super) struct Taken {
    name: (String, String),
    event: Uuid,
    window: Duration,
}

/// What asking for a key brings.
enum Answer {
    Ours(Taken),
    Duplicate(Uuid),
    Wait,
}

impl MemoryStore {
    /// Takes the keys that are free, waiting for the transactions that hold others.
    pub(super) async fn take_keys(
        &self,
        connection: &mut MemoryConnection,
        keyed: &Keyed<'_>,
    ) -> Duplicates {
        let mut winners = HashMap::new();
        for (name, new) in keyed.names() {
            if let Some(first) = self.take_one(connection, name, new).await {
                winners.insert(name, first);
            }
        }
        keyed.duplicates(&winners)
    }

    /// Takes a key, or answers with the event that has it.
    async fn take_one(
        &self,
        connection: &mut MemoryConnection,
        name: Name<'_>,
        new: &NewEvent,
    ) -> Option<Uuid> {
        let mut ended = self.ended.subscribe();
        loop {
            ended.borrow_and_update();
            let answer = ask(&mut self.state().keys, connection.id, name, new);
            match answer {
                Answer::Ours(taken) => {
                    connection.taken.push(taken);
                    return None;
                }
                Answer::Duplicate(first) => return Some(first),
                // The sender is part of this store, so waiting can only end with a change.
                Answer::Wait => _ = ended.changed().await,
            }
        }
    }

    /// Gives back the keys of a transaction that was not committed.
    pub(super) fn release(&self, taken: Vec<Taken>) {
        if taken.is_empty() {
            return;
        }
        let mut state = self.state();
        for Taken { name, .. } in taken {
            state.keys.remove(&name);
        }
        drop(state);
        self.ended.send_replace(());
    }
}

fn ask(keys: &mut Keys, transaction: Uuid, name: Name<'_>, new: &NewEvent) -> Answer {
    let (name, event) = ((name.0.to_owned(), name.1.to_owned()), new.event.envelope.id);
    match keys.get(&name) {
        Some(Holder::Open { transaction: other, event: first }) => {
            return if *other == transaction { Answer::Duplicate(*first) } else { Answer::Wait };
        }
        Some(Holder::Committed { event: first, until }) if *until > Instant::now() => {
            return Answer::Duplicate(*first);
        }
        _ => {}
    }
    keys.insert(name.clone(), Holder::Open { transaction, event });
    Answer::Ours(Taken { name, event, window: keys::window(new) })
}

/// Keeps the keys of a transaction that is committed, and forgets what has expired.
pub(super) fn keep(keys: &mut Keys, taken: Vec<Taken>) {
    if taken.is_empty() {
        return;
    }
    let now = Instant::now();
    keys.retain(|_, holder| !matches!(holder, Holder::Committed { until, .. } if *until <= now));
    for Taken { name, event, window } in taken {
        keys.insert(name, Holder::Committed { event, until: now + window });
    }
}

/// The keys of committed events that have not expired, with the events that have them.
pub(super) fn committed(keys: &Keys) -> impl Iterator<Item = (&(String, String), Uuid)> {
    let now = Instant::now();
    keys.iter().filter_map(move |(name, holder)| match holder {
        Holder::Committed { event, until } if *until > now => Some((name, *event)),
        _ => None,
    })
}

//! Random sound histories are sound, and one change of them is found.

use eventbus_tests::chaos::check::{Kind, check};
use eventbus_tests::chaos::history::{Entry, Noted, PLAIN, What};
use eventbus_tests::random::seeded;
use rand::RngExt;
use rand::rngs::StdRng;

const HISTORIES: usize = 300;
const ACCOUNTS: usize = 4;
const TRANSACTIONS: usize = 40;

/// A history that breaks nothing, and what it came to.
#[derive(Clone, Default)]
struct Sound {
    entries: Vec<Entry>,
    /// The log, in its order.
    log: Vec<Noted>,
}

impl Sound {
    fn says(&mut self, what: What) {
        let at = u64::try_from(self.entries.len()).unwrap() + 1;
        self.entries.push(Entry { at, by: "one".to_owned(), what });
    }

    fn random(random: &mut StdRng) -> Self {
        let (mut sound, mut accounts) = (Self::default(), [0; ACCOUNTS]);
        for number in 0..TRANSACTIONS {
            let (transaction, mut next, mut events) = (number.to_string(), accounts, Vec::new());
            for index in 0..random.random_range(1..4) {
                let account = random.random_range(0..ACCOUNTS);
                next[account] += 1;
                let id = format!("{number}.{index}");
                events.push(Noted { id, account: account.to_string(), n: next[account] });
            }
            sound.says(What::Emitting { transaction: transaction.clone(), events: events.clone() });
            // There is something to break of every kind: the first one is rolled back.
            let end = if number == 0 { 0 } else { random.random_range(0..6) };
            if end > 1 {
                sound.says(What::Committing { transaction: transaction.clone() });
            }
            match end {
                0 => sound.says(What::Aborted { transaction }),
                // It died before its commit; or in the middle of it, which happened or not.
                1 | 2 => continue,
                3 => {}
                _ => sound.says(What::Committed { transaction }),
            }
            if end > 2 {
                accounts = next;
                sound.log.extend(events);
            }
        }
        sound.deliver(random);
        for (event, position) in sound.log.clone().into_iter().zip(1..) {
            sound.says(What::Stored { event, position });
        }
        for event in sound.log.clone() {
            sound.says(What::Effect { event: event.id });
        }
        sound
    }

    /// To a plain handler that dies now and then and goes on where its cursor was.
    fn deliver(&mut self, random: &mut StdRng) {
        let (mut at, mut cursor) = (0, 0);
        while at < self.log.len() {
            let event = self.log[at].id.clone();
            self.says(What::Handled { subscription: PLAIN.to_owned(), event });
            at += 1;
            if random.random_bool(0.3) {
                cursor = at;
                let place = vec![i64::try_from(at).unwrap()];
                self.says(What::Cursor { subscription: PLAIN.to_owned(), shard: 0, place });
            } else if random.random_bool(0.1) {
                at = cursor;
            }
        }
    }

    /// The place of one of the entries that are `such`.
    fn any(&self, random: &mut StdRng, such: impl Fn(&What) -> bool) -> usize {
        let places = (0..self.entries.len()).filter(|at| such(&self.entries[*at].what));
        let places: Vec<usize> = places.collect();
        places[random.random_range(0..places.len())]
    }

    /// Removes what is `such`.
    fn forget(&mut self, such: impl Fn(&What) -> bool) {
        self.entries.retain(|entry| !such(&entry.what));
    }

    /// One of the stored events that are `such`.
    fn stored(&self, random: &mut StdRng, such: impl Fn(&Noted) -> bool) -> Noted {
        let at = self.any(random, |what| matches!(what, What::Stored { event, .. } if such(event)));
        let What::Stored { event, .. } = &self.entries[at].what else { unreachable!() };
        event.clone()
    }

    /// Exchanges what two entries say.
    fn swap(&mut self, one: usize, other: usize) {
        let what = self.entries[one].what.clone();
        self.entries[one].what = std::mem::replace(&mut self.entries[other].what, what);
    }

    fn is_last(&self, event: &Noted) -> bool {
        !self.log.iter().any(|other| other.account == event.account && other.n > event.n)
    }

    /// Breaks one promise.
    fn broken(mut self, kind: Kind, random: &mut StdRng) -> Self {
        match kind {
            Kind::LostWrite => {
                let committed = |what: &What| matches!(what, What::Committed { .. });
                let at = self.any(random, committed);
                let What::Committed { transaction } = &self.entries[at].what else {
                    unreachable!()
                };
                let id = format!("{transaction}.0");
                self.forget(|what| matches!(what, What::Stored { event, .. } if event.id == id));
            }
            Kind::Unseen => {
                let event = self.stored(random, |event| self.is_last(event));
                self.forget(|what| matches!(what, What::Effect { event: id } if *id == event.id));
            }
            Kind::Duplicate => {
                let at = self.any(random, |what| matches!(what, What::Effect { .. }));
                self.says(self.entries[at].what.clone());
            }
            Kind::Nonmonotonic | Kind::PollSkip => {
                let first = self.stored(random, |event| !self.is_last(event));
                let later = self
                    .log
                    .iter()
                    .find(|event| event.account == first.account && event.n > first.n);
                let later = later.unwrap().clone();
                let of = |id: &str| {
                    let is_it = |entry: &Entry| matches!(&entry.what, What::Effect { event } if event == id);
                    self.entries.iter().position(is_it).unwrap()
                };
                let (one, other) = (of(&first.id), of(&later.id));
                self.swap(one, other);
            }
            Kind::AbortedRead => {
                let at = self.any(random, |what| matches!(what, What::Aborted { .. }));
                let What::Aborted { transaction } = &self.entries[at].what else { unreachable!() };
                self.says(What::Effect { event: format!("{transaction}.0") });
            }
            Kind::InconsistentOffsets => {
                let is_cursor = |what: &What| matches!(what, What::Cursor { .. });
                let one = self.any(random, is_cursor);
                let is_other =
                    |entry: &Entry| is_cursor(&entry.what) && entry.what != self.entries[one].what;
                let other = self.entries.iter().position(is_other).unwrap();
                self.swap(one, other);
            }
        }
        self
    }
}

fn kinds(entries: &[Entry]) -> Vec<Kind> {
    check(entries).iter().map(|anomaly| anomaly.kind).collect()
}

#[test]
fn random_sound_histories_have_no_anomaly() {
    let mut random = seeded();
    for _ in 0..HISTORIES {
        let sound = Sound::random(&mut random);
        let found = check(&sound.entries);
        assert!(found.is_empty(), "{found:?}\n{:#?}", sound.entries);
    }
}

#[test]
fn one_change_of_a_random_history_is_found_and_named() {
    let mut random = seeded();
    for _ in 0..HISTORIES {
        let sound = Sound::random(&mut random);
        for kind in Kind::ALL {
            let broken = sound.clone().broken(kind, &mut random);
            let found = kinds(&broken.entries);
            assert!(found.contains(&kind), "{kind}: {found:?}\n{:#?}", broken.entries);
        }
    }
}

//! The faults that there are, and the order of a seed in which they happen.

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use crate::chaos::options::Database;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fault {
    /// SIGKILL of an emitter
    KillEmitter,
    /// SIGKILL of a relay
    KillRelay,
    /// SIGSTOP of an emitter, then SIGCONT
    StopEmitter,
    /// SIGSTOP of a relay for longer than its lease, then SIGCONT
    StopRelay,
    /// Two relays are stopped by turns, so that each takes the shards of the other
    Fight,
    /// The relays are restarted in good order, one after the other
    Rolling,
    /// A transaction is held open
    Transaction,
    /// A snapshot is held open
    Snapshot,
    /// The server is ended without a farewell, and started again (PostgreSQL)
    KillServer,
    /// Half of the server's sessions are terminated (PostgreSQL)
    Terminate,
    /// Connections that listen are closed (PostgreSQL)
    CutListen,
    /// Connections with a replica's lock are closed (PostgreSQL)
    CutLock,
    /// All other connections are closed (PostgreSQL)
    CutWork,
    /// Connections that listen stay open and carry nothing (PostgreSQL)
    HalfOpenListen,
    /// Connections with a replica's lock stay open and carry nothing (PostgreSQL)
    HalfOpenLock,
    /// All other connections stay open and carry nothing (PostgreSQL)
    HalfOpenWork,
    /// The database is dumped and restored into a new cluster, which takes its place, while emitting goes on (PostgreSQL)
    Restore,
    /// An emitter and a relay go through PgBouncer in transaction mode (PostgreSQL)
    Pooler,
    /// The clocks of an emitter and a relay jump by days
    Clock,
    /// No file can grow (SQLite)
    DiskFull,
}

impl Fault {
    /// Whether it happens on a database.
    pub(super) fn is_on(self, database: Database) -> bool {
        match self {
            Self::DiskFull => database == Database::Sqlite,
            Self::KillEmitter
            | Self::KillRelay
            | Self::StopEmitter
            | Self::StopRelay
            | Self::Fight
            | Self::Rolling
            | Self::Transaction
            | Self::Snapshot
            | Self::Clock => true,
            _ => database == Database::Postgres,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().expect("none is hidden").get_name())
    }
}

/// A fault at its time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    /// After the beginning.
    pub(super) at: Duration,
    pub(super) fault: Fault,
    /// Chooses whom it meets.
    pub(super) pick: usize,
    /// A random part of how long it may last.
    pub(super) part: f64,
}

/// What happens in a run of this length. All kinds come once, in a random order, before any comes again; some overlap.
pub(super) fn plan(seed: u64, faults: &[Fault], length: Duration) -> Vec<Planned> {
    let mut random = StdRng::seed_from_u64(seed);
    // This one is how processes are started, and lasts.
    let kinds: Vec<Fault> =
        faults.iter().copied().filter(|fault| *fault != Fault::Pooler).collect();
    let (mut plan, mut at) = (Vec::new(), Duration::from_millis(1_000));
    while at < length && !kinds.is_empty() {
        let mut round = kinds.clone();
        round.shuffle(&mut random);
        for fault in round {
            plan.push(Planned {
                at,
                fault,
                pick: random.random_range(0..1_000),
                part: random.random(),
            });
            at += Duration::from_millis(random.random_range(200..1_800));
        }
    }
    plan.retain(|planned| planned.at < length);
    plan
}

//! The events of a run, and how its processes tell what they do.

use std::io::{Write, stdout};
use std::process::exit;

use eventbus_runtime::DomainEvent;
use rustix::time::{ClockId, clock_gettime};

use crate::chaos::history::{Entry, Noted, What};

/// The events of a run.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "ledger")]
pub(crate) enum LedgerEvent {
    /// An account was written to.
    Written {
        /// Names this event.
        id: String,
        /// The account.
        #[event(aggregate_id)]
        account: String,
        /// How many events the account has with it.
        n: i64,
    },
}

impl From<&Noted> for LedgerWritten {
    fn from(event: &Noted) -> Self {
        Self { id: event.id.clone(), account: event.account.clone(), n: event.n }
    }
}

/// Microseconds of the machine's clock that nobody sets. It is asked of the kernel, past a library that fakes the time.
pub(super) fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1_000;
    u64::try_from(micros).expect("the machine's clock begins at 0")
}

/// Tells the driver what a process does, by its standard output: what is in a pipe outlives the process, and needs no
/// place on a disk that is full.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    /// The process.
    pub(super) by: String,
}

impl Teller {
    pub(super) fn tell(&self, what: What) {
        let line = Entry { at: now(), by: self.by.clone(), what }.line() + "\n";
        let mut out = stdout().lock();
        if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
            // Nobody listens any more: the run is over.
            exit(1);
        }
    }
}

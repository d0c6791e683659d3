//! How many events the next transaction takes, and which event is to blame for one that could not be committed.
//!
//! A handler that fails says so, and its event is known. But a transaction can also be refused at its end: a deferred
//! constraint, a serialization failure, a handler that swallowed an SQL error and left the transaction unusable. Then
//! some event of the page is to blame, or the database is, and after a lost connection nobody even knows whether the
//! commit took place. The relay claims the subscription again, which reads the true cursor, and takes **half** as many
//! events. A **single** event whose transaction was refused is under suspicion, no more: a server that restarts refuses
//! commits, too. When that happened [`REFUSALS`] times in a row, with a working claim and a working read in between, it is
//! the one: it is recorded as failed without being run again. Where even that record cannot be written, the database is
//! at fault and nobody is blamed. Each commit doubles the page again.
//!
//! A handler that fails because its connection broke is under the same suspicion: that its transaction could not even be
//! rolled back tells this apart from a failure of its own.

use crate::error::{Error, ErrorKind};

/// How many refusals in a row make the event to blame, and not the database.
const REFUSALS: u32 = 3;

/// The size of the next page and the event under suspicion.
#[derive(Debug)]
pub(crate) struct Care {
    full: usize,
    limit: usize,
    suspect: Option<Suspect>,
}

#[derive(Debug)]
struct Suspect {
    position: i64,
    refusals: u32,
    kind: ErrorKind,
    message: String,
}

impl Care {
    pub(crate) const fn new(full: usize) -> Self {
        Self { full, limit: full, suspect: None }
    }

    /// How many events the next page holds at most.
    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }

    /// A transaction in which the handlers of the events at `ran` had succeeded was refused.
    ///
    /// No event can bring about that another process took over, or that the relay's own statements lack a privilege.
    pub(crate) fn refused(&mut self, ran: &[i64], error: &Error) {
        if matches!(error.kind(), ErrorKind::Fenced | ErrorKind::Configuration) {
            return;
        }
        match *ran {
            [] => {}
            [position] => {
                let message = format!("the handler's transaction was refused: {}", error.full());
                let before = self.suspect.as_ref().filter(|suspect| suspect.position == position);
                let refusals = before.map_or(0, |suspect| suspect.refusals).saturating_add(1);
                self.suspect = Some(Suspect { position, refusals, kind: error.kind(), message });
            }
            _ => self.limit = (ran.len() / 2).max(1),
        }
    }

    /// A transaction was committed.
    pub(crate) fn committed(&mut self) {
        self.limit = self.limit.saturating_mul(2).min(self.full);
        self.suspect = None;
    }

    /// The failure of the event at `position`, when transactions with it alone were refused again and again.
    pub(crate) fn blames(&self, position: i64) -> Option<Error> {
        let to_blame =
            |suspect: &&Suspect| suspect.position == position && suspect.refusals >= REFUSALS;
        let suspect = self.suspect.as_ref().filter(to_blame)?;
        Some(Error::new(suspect.kind, suspect.message.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Care, REFUSALS};
    use crate::error::{Error, ErrorKind};

    fn refusal() -> Error {
        Error::new(ErrorKind::Store, "deferred constraint")
    }

    #[test]
    fn a_refused_page_is_halved_until_one_event_is_left_to_blame() {
        let mut care = Care::new(100);
        let mut sizes = Vec::new();
        while care.blames(1).is_none() {
            sizes.push(care.limit());
            let ran: Vec<i64> = (1..).take(care.limit()).collect();
            care.refused(&ran, &refusal());
        }
        assert_eq!(sizes, [100, 50, 25, 12, 6, 3, 1, 1, 1]);
        assert!(care.blames(2).is_none(), "an event that moved on is not to blame");
    }

    #[test]
    fn a_commit_clears_the_suspicion_and_doubles_the_page() {
        let mut care = Care::new(100);
        care.refused(&[1, 2, 3, 4], &refusal());
        (0..REFUSALS).for_each(|_| care.refused(&[1], &refusal()));
        assert!(care.blames(1).is_some());
        care.committed();
        assert_eq!(care.limit(), 4);
        assert!(care.blames(1).is_none());
        (0..9).for_each(|_| care.committed());
        assert_eq!(care.limit(), 100);
    }

    #[test]
    fn nobody_is_blamed_for_a_transaction_without_handlers() {
        let mut care = Care::new(100);
        care.refused(&[], &refusal());
        assert_eq!(care.limit(), 100);
        assert!(care.blames(1).is_none());
    }

    #[test]
    fn nobody_is_blamed_for_an_owner_or_a_privilege() {
        let mut care = Care::new(100);
        for kind in [ErrorKind::Fenced, ErrorKind::Configuration] {
            (0..9).for_each(|_| care.refused(&[1], &Error::new(kind, "no")));
        }
        assert!(care.blames(1).is_none());
    }

    #[test]
    fn refusals_of_different_events_do_not_add_up() {
        let mut care = Care::new(1);
        (0..9).for_each(|n| care.refused(&[n % 2], &refusal()));
        assert!(care.blames(0).is_none() && care.blames(1).is_none());
    }
}

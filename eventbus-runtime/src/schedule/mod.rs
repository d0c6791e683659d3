//! Scheduled events as users see them: [`Emitting::deliver_at`](crate::Emitting::deliver_at) makes them,
//! [`EventBus::scheduled`] lists and cancels them.

mod filter;
mod handle;

use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::clock::{millis, system_time};
use crate::envelope::RawEvent;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Due;

pub use crate::schedule::filter::ScheduleFilter;
pub use crate::schedule::handle::ScheduledEvents;

/// How far ahead an event can be scheduled: a hundred years. What is later is a mistake in a unit.
pub const MAX_DELAY: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// An event that waits until it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scheduled {
    /// The event as it will be in the log. Its time is that of its id: when it was scheduled.
    pub event: RawEvent,
    /// When it is due, in milliseconds since 1970 by the database's clock.
    pub due_at: i64,
    /// The order in which events were scheduled: of those that are due at one time the lowest is moved first.
    pub number: i64,
    /// How often the log refused it; it is tried again.
    pub failures: u32,
    /// Why, the last time; or what is wrong with it, where it cannot be read.
    pub failure: Option<String>,
    /// Whether its row is damaged. It is set aside then: nobody moves it, it keeps nothing else waiting, and what could not
    /// be read of the event is empty here.
    pub unreadable: bool,
}

impl Scheduled {
    /// Whoever writes a store makes one of its row.
    #[must_use]
    pub const fn new(event: RawEvent, due_at: i64, number: i64) -> Self {
        Self { event, due_at, number, failures: 0, failure: None, unreadable: false }
    }

    /// The event's id.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.event.envelope.id
    }

    /// When it is due, by the database's clock.
    #[must_use]
    pub fn due(&self) -> SystemTime {
        system_time(self.due_at)
    }
}

/// At a time, unless that is too far ahead to be meant.
pub(crate) fn at(time: SystemTime) -> Result<Due> {
    let at = millis(time);
    // Nobody's clock is asked: the year 2200 will do for a while.
    let latest = millis(SystemTime::UNIX_EPOCH + Duration::from_secs(230 * 365 * 24 * 60 * 60));
    if at > latest {
        return Err(too_late(format!("{at} ms after 1970")));
    }
    Ok(Due::At(at))
}

/// After a while, unless that is too long to be meant.
pub(crate) fn after(delay: Duration) -> Result<Due> {
    if delay > MAX_DELAY {
        return Err(too_late(format!("in {} s", delay.as_secs())));
    }
    Ok(Due::After(delay))
}

fn too_late(when: String) -> Error {
    Error::new(
        ErrorKind::ValidationFailed,
        format!(
            "an event cannot be scheduled {when}: times end with the year 2200, delays after a hundred years; check the \
             unit"
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{MAX_DELAY, after, at};
    use crate::store::Due;

    #[test]
    fn a_time_before_1970_is_due_and_one_in_another_millennium_is_a_mistake() {
        let epoch = SystemTime::UNIX_EPOCH;
        assert_eq!(at(epoch - Duration::from_secs(1)).unwrap(), Due::At(0));
        assert_eq!(at(epoch + Duration::from_millis(7)).unwrap(), Due::At(7));
        let refused = at(epoch + Duration::from_secs(40_000_000_000)).unwrap_err();
        assert!(refused.to_string().contains("check the unit"), "{refused}");
        assert_eq!(after(MAX_DELAY).unwrap(), Due::After(MAX_DELAY));
        after(MAX_DELAY + Duration::from_millis(1)).unwrap_err();
    }
}

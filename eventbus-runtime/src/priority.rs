//! How urgent an event is.

use std::fmt;

/// How urgent an event is: [`Emitting::priority`](crate::Emitting::priority) says so. The most urgent is the least.
///
/// Each priority is a lane. While a subscription keeps up, events are handled in the order of the log; where it has a
/// backlog, those of a higher priority go first, and no lane waits for ever. Events of one aggregate keep their order
/// inside a lane, and between lanes none is promised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Goes before what waits.
    High,
    /// What is not said to be something else.
    #[default]
    Normal,
    /// Waits while others have much to do, and has its share of the pages nevertheless.
    Low,
}

impl Priority {
    /// All there are, the most urgent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    /// Its name, `high`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    /// Its number in the databases, 0 for the highest.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::High => 0,
            Self::Normal => 1,
            Self::Low => 2,
        }
    }

    /// The one of this number.
    #[must_use]
    pub fn of_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| i64::from(priority.number()) == number)
    }

    /// The one of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.as_str() == name)
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Priority;

    #[test]
    fn names_and_numbers_lead_back() {
        for priority in Priority::ALL {
            assert_eq!(Priority::of_number(priority.number().into()), Some(priority));
            assert_eq!(Priority::of_name(priority.as_str()), Some(priority));
        }
        assert_eq!((Priority::of_number(3), Priority::of_name("")), (None, None));
        assert!(Priority::ALL.is_sorted());
    }
}

//! What an emit answers.

use std::ops::Deref;

use uuid::Uuid;

/// What became of the events of one emit, in their order. It derefs to the slice of [`Receipt`]s.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipts {
    each: Vec<Receipt>,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    id: Uuid,
    duplicate: bool,
}

impl Receipts {
    pub(crate) fn new(each: Vec<Receipt>) -> Self {
        Self { each }
    }

    /// The id of the event, where one was emitted; of the first where they were several.
    ///
    /// # Panics
    /// When nothing was emitted: an empty `Vec` or slice. [`Receipts::ids`] answers for any number.
    #[must_use]
    #[track_caller]
    pub fn id(&self) -> Uuid {
        self.each.first().expect("one event was emitted").id
    }

    /// The id of each event.
    #[must_use]
    pub fn ids(&self) -> Vec<Uuid> {
        self.each.iter().map(|receipt| receipt.id).collect()
    }
}

impl Receipt {
    pub(crate) const fn written(id: Uuid) -> Self {
        Self { id, duplicate: false }
    }

    /// The event's id; for a duplicate, that of the event which was there before it.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }
}

impl Deref for Receipts {
    type Target = [Receipt];

    fn deref(&self) -> &[Receipt] {
        &self.each
    }
}

impl IntoIterator for Receipts {
    type Item = Receipt;
    type IntoIter = std::vec::IntoIter<Receipt>;

    fn into_iter(self) -> Self::IntoIter {
        self.each.into_iter()
    }
}

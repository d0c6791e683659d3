//! What an emit answers.

use std::ops::Deref;

use uuid::Uuid;

use crate::store::Duplicates;

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
    /// What is said of the events with these ids, of which some were duplicates.
    pub(crate) fn of(ids: Vec<Uuid>, duplicates: &Duplicates) -> Self {
        let each = ids.into_iter().enumerate().map(|(index, id)| match duplicates.get(&index) {
            Some(first) => Receipt { id: *first, duplicate: true },
            None => Receipt { id, duplicate: false },
        });
        Self { each: each.collect() }
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
    /// The event's id; for a duplicate, that of the event which was there before it.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Whether the event was not written because another one has its key, in this emit or before it.
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        self.duplicate
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

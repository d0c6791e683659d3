//! What a store may be able to do beyond what every store must.

use std::fmt;

/// A power that not every database has. What a store declares is tested by [`testing::suite`](crate::testing::suite), and
/// what it does not declare nobody relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// A transaction that is open, and has written, keeps no reader waiting.
    ReadsBesideWriter,
    /// Several transactions that write can be open at once. They may commit in another order than they began.
    SeveralWriters,
    /// What was committed is there when all handles are gone and another is opened.
    Durable,
    /// Where all clones of a handle are gone, for instance because their process was killed, its replicas do not count
    /// as alive any more although their leases have not run out.
    NoticesDeath,
}

impl Capability {
    /// All there are.
    pub const ALL: &'static [Self] =
        &[Self::ReadsBesideWriter, Self::SeveralWriters, Self::Durable, Self::NoticesDeath];
}

/// In words, `reads beside an open writer`.
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadsBesideWriter => "reads beside an open writer",
            Self::SeveralWriters => "several open writers",
            Self::Durable => "outlives its handles",
            Self::NoticesDeath => "notices the death of a process",
        })
    }
}

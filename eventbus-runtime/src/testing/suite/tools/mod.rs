//! What the cases are written with, for a store's own tests as well: whatever a store can do beyond the traits is tested
//! beside the suite.
//!
//! They panic where the store refuses.

mod claim;
mod letters;
mod log;

pub use crate::testing::suite::tools::claim::{
    Claimed, SHARDS, advance, claim, claim_at, register, replica, to, try_claim,
};
pub use crate::testing::suite::tools::letters::{
    all, apply, change, dead, done, failure, give_up, ids, retrying, settle,
};
pub use crate::testing::suite::tools::log::{
    append, commit, data, drain, emit, full, log, note, notes, read_page, taken, torn,
};

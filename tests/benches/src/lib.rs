//! What the benchmarks share: the report, and medians.
//!
//! It links neither a driver nor the allocator that counts, which are the measurements' own.

pub mod report;
pub mod timing;

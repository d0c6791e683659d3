//! What the benchmarks share: the report, medians, and workspaces to be built.
//!
//! It links neither a driver nor the allocator that counts, which are the measurements' own.

pub mod report;
pub mod timing;
pub mod workspace;

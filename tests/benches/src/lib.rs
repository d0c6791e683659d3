//! What the benchmarks share: the parts that are asked for, the report, medians, and workspaces to be built.
//!
//! It links neither a driver nor the allocator that counts, which are the measurements' own.

pub mod parts;
pub mod report;
pub mod timing;
pub mod workspace;

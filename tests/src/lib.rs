//! What the suites share: databases to test on, programs to run, clocks that are wrong, random numbers.

#[cfg(target_os = "linux")]
pub mod chaos;
pub mod faketime;
pub mod postgres;
pub mod program;
pub mod random;
pub mod sqlite;
pub mod toolchain;

/// The code of the README and of `docs/` compiles.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/configuration.md")]
    struct Configuration;
    #[doc = include_str!("../../docs/delivery.md")]
    struct Delivery;
    #[doc = include_str!("../../docs/ordering.md")]
    struct Ordering;
    #[doc = include_str!("../../docs/failures.md")]
    struct Failures;
    #[doc = include_str!("../../docs/replicas.md")]
    struct Replicas;
    #[doc = include_str!("../../docs/multi-tenancy.md")]
    struct MultiTenancy;
    #[doc = include_str!("../../docs/replay.md")]
    struct Replay;
    #[doc = include_str!("../../docs/live-queries.md")]
    struct LiveQueries;
    #[doc = include_str!("../../docs/scheduling.md")]
    struct Scheduling;
    #[doc = include_str!("../../docs/retention.md")]
    struct Retention;
    #[doc = include_str!("../../docs/integrity.md")]
    struct Integrity;
    #[doc = include_str!("../../docs/defaults.md")]
    struct Defaults;
}

//! The relay's decisions as plain functions: no clock, no runtime, no database. What varies is an argument.

pub(crate) mod assign;
pub(crate) mod backoff;
pub(crate) mod bisect;
pub(crate) mod breaker;
pub(crate) mod care;
pub(crate) mod checkpoint;
pub(crate) mod deploy;
pub(crate) mod fairness;
pub(crate) mod feed;
pub(crate) mod health;
pub(crate) mod limit;
pub(crate) mod line;
pub(crate) mod order;
pub(crate) mod pace;
pub(crate) mod recent;
pub(crate) mod turns;
pub(crate) mod verdict;

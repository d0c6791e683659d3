//! The evolution check: what stored events and running consumers would not survive.

mod decision;

pub(crate) use self::decision::{Answer, Contract, lies_within};

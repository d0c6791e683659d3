//! The evolution check: what stored events and running consumers would not survive.

mod between;
mod check;
mod decision;
mod finding;
mod forgotten;
mod former_names;
mod former_shapes;
mod gone;
mod in_place;
mod lost;
mod mode;
mod moved;
mod reviews;
mod rules;
mod spared;
mod unread;
mod witness;

pub(crate) use self::between::between;
pub(crate) use self::check::check;
pub(crate) use self::decision::{
    Answer, Contract, SOME_VARIANT, describes, is_open, lies_within, tagged,
};
pub(crate) use self::finding::{Direction, Finding};
pub(crate) use self::former_shapes::{shapes, tells};
pub(crate) use self::gone::purged;
pub(crate) use self::rules::{
    Contracts, Difference, Holds, Rule, Verdict, all as rules, differences, find as rule,
};
pub(crate) use self::unread::unread;

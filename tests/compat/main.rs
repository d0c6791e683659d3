//! The evolution check: the decision whether one schema lies within another, and the rules that name a change.

mod aliases;
mod contract;
mod documents;
mod enums;
mod formats;
mod generate;
mod groups;
mod pairs;
mod random;
mod rules;

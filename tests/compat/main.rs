//! The evolution check: the decision whether one schema lies within another, and the rules that name a change.

mod contract;
mod documents;
mod generate;
mod groups;
mod pairs;
mod random;
mod rules;

//! The evolution check: the decision whether one schema lies within another, and the rules that name a change.

mod groups;
mod pairs;
mod rules;

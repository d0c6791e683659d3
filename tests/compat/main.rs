//! The decision whether one schema lies within another, asked through the real `cargo-eventbus`.

mod contract;
mod documents;
mod generate;
mod pairs;
mod random;

//! The decision whether one schema lies within another, asked through the real `cargo-eventbus`.

mod pairs;

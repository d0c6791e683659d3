//! Mistakes in events, and what the compiler says about them.

#[test]
fn every_mistake_says_what_to_write() {
    trybuild::TestCases::new().compile_fail("ui/*/*.rs");
}

//! Which parts of a benchmark are run.

use clap::ValueEnum;

/// Those that are named, or all of them: each once, in the order of the table.
pub fn asked<P: ValueEnum + PartialEq + Copy>(named: &[P]) -> impl Iterator<Item = P> {
    let all = P::value_variants().iter().copied();
    all.filter(move |part| named.is_empty() || named.contains(part))
}

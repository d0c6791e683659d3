//! The middle of what was measured.

/// The middle one, or the upper of the two in the middle; nothing of nothing.
#[must_use]
pub fn median<T: Copy + Default + PartialOrd>(samples: Vec<T>) -> T {
    quantile(samples, 50)
}

/// The sample that `percent` of all are not above; nothing of nothing.
#[must_use]
pub fn quantile<T: Copy + Default + PartialOrd>(mut samples: Vec<T>, percent: usize) -> T {
    samples.sort_by(|a, b| a.partial_cmp(b).expect("what is measured is a number"));
    let at = (samples.len() * percent / 100).min(samples.len().saturating_sub(1));
    samples.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{median, quantile};

    #[test]
    fn the_middle_is_in_the_middle() {
        assert_eq!(median(vec![3, 1, 2]), 2);
        assert_eq!(median(vec![4, 1, 2, 3]), 3);
        assert_eq!(median::<u8>(Vec::new()), 0);
    }

    #[test]
    fn the_outer_ones_are_samples() {
        let hundred: Vec<u32> = (0..100).collect();
        assert_eq!(quantile(hundred.clone(), 99), 99);
        assert_eq!(quantile(hundred.clone(), 25), 25);
        assert_eq!(quantile(hundred, 100), 99);
    }
}

//! Distributions of times that can be added to each other, in a bounded number of buckets.
//!
//! A bucket is an eighth of a power of two microseconds wide, so that whatever is said of a time is its bucket's middle
//! and off by less than 6.25 %; below 16 µs it is exact, and the longest time is kept by itself. The bounds never change:
//! what was counted by another process, in another minute or by an older version is added bucket by bucket.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// Buckets of each power of two.
const PARTS: u64 = 8;

/// The longest time that is told apart, in microseconds: 50 days. What took longer is in the last bucket.
const LONGEST: u64 = 1 << 42;

/// How long things took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: BTreeMap<u16, u64>,
    /// In microseconds.
    longest: u64,
}

/// The quantiles of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spread {
    /// Half took no longer.
    #[serde(rename = "p50_seconds", with = "seconds")]
    pub p50: Duration,
    /// 95 of 100 took no longer.
    #[serde(rename = "p95_seconds", with = "seconds")]
    pub p95: Duration,
    /// 99 of 100 took no longer.
    #[serde(rename = "p99_seconds", with = "seconds")]
    pub p99: Duration,
    /// The longest, exactly.
    #[serde(rename = "max_seconds", with = "seconds")]
    pub max: Duration,
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        time: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(time.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
    }
}

impl Histogram {
    /// Adds one time.
    pub fn record(&mut self, time: Duration) {
        let micros = micros(time);
        *self.buckets.entry(bucket(micros)).or_default() += 1;
        self.longest = self.longest.max(micros);
    }

    /// Adds all that another has.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            let sum = self.buckets.entry(*bucket).or_default();
            *sum = sum.saturating_add(*count);
        }
        self.longest = self.longest.max(other.longest);
    }

    /// How many times it has.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The longest of them.
    #[must_use]
    pub const fn longest(&self) -> Duration {
        Duration::from_micros(self.longest)
    }

    /// The time that this many of 1,000 do not exceed, off by less than 6.25 %; `None` where there is none.
    #[must_use]
    pub fn quantile(&self, permille: u64) -> Option<Duration> {
        let count = u128::from(self.count());
        let rank = (count * u128::from(permille.min(1_000))).div_ceil(1_000).max(1);
        let mut passed = 0;
        let found = self.buckets.iter().find(|(_, count)| {
            passed += u128::from(**count);
            passed >= rank
        });
        found.map(|(bucket, _)| Duration::from_micros(middle(*bucket).min(self.longest)))
    }

    /// The usual quantiles; `None` where nothing was counted.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        Some(Spread {
            p50: self.quantile(500)?,
            p95: self.quantile(950)?,
            p99: self.quantile(990)?,
            max: self.longest(),
        })
    }

    /// What stands in the columns of a database: an object of counts by number of bucket, and the longest time in
    /// microseconds.
    #[must_use]
    pub fn to_columns(&self) -> (String, i64) {
        let buckets = serde_json::to_string(&self.buckets).expect("a map of numbers is JSON");
        (buckets, i64::try_from(self.longest).unwrap_or(i64::MAX))
    }

    /// Reads these columns of one or several rows: the objects one behind the other, and the longest time of all.
    ///
    /// # Errors
    /// [`ErrorKind::DeserializationFailed`] where there is something else.
    pub fn from_columns(objects: &str, longest: i64) -> Result<Self> {
        let mut added = Added::default();
        let mut reader = serde_json::Deserializer::from_str(objects);
        while reader.end().is_err() {
            added.deserialize(&mut reader).map_err(|error| {
                let message = "a histogram of eventbus_minute is malformed";
                Error::new(ErrorKind::DeserializationFailed, message).with_source(error)
            })?;
        }
        Ok(Self { buckets: added.buckets(), longest: u64::try_from(longest).unwrap_or(0) })
    }
}

/// Counts by number of bucket, while histograms of many rows are added to each other: a place for each is faster than a map.
#[derive(Default)]
struct Added {
    counts: Vec<u64>,
}

impl Added {
    fn buckets(self) -> BTreeMap<u16, u64> {
        let numbered = (0..=u16::MAX).zip(self.counts);
        numbered.filter(|(_, count)| *count > 0).collect()
    }
}

/// One more object.
impl<'de> DeserializeSeed<'de> for &mut Added {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Added {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of counts by number of bucket")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((bucket, count)) = map.next_entry::<u16, u64>()? {
            let bucket = usize::from(bucket);
            if self.counts.len() <= bucket {
                self.counts.resize(bucket + 1, 0);
            }
            self.counts[bucket] = self.counts[bucket].saturating_add(count);
        }
        Ok(())
    }
}

/// A time in microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The number of the bucket of a time.
fn bucket(micros: u64) -> u16 {
    let micros = micros.min(LONGEST);
    if micros < PARTS {
        return u16::try_from(micros).expect("it is below eight");
    }
    let octave = micros.ilog2() - PARTS.ilog2();
    let bucket = u64::from(octave) * PARTS + (micros >> octave);
    u16::try_from(bucket).expect("there are 328 buckets")
}

/// The time in the middle of a bucket.
fn middle(bucket: u16) -> u64 {
    let bucket = u64::from(bucket);
    if bucket < 2 * PARTS {
        return bucket;
    }
    let octave = bucket / PARTS - 1;
    let part = bucket - octave * PARTS;
    let width = 1_u64.checked_shl(u32::try_from(octave).unwrap_or(u32::MAX)).unwrap_or(u64::MAX);
    part.saturating_mul(width).saturating_add(width / 2)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::{Histogram, LONGEST, bucket, middle};

    fn of(times: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        times.iter().for_each(|time| histogram.record(Duration::from_micros(*time)));
        histogram
    }

    fn random(random: &mut StdRng) -> Vec<u64> {
        let count = random.random_range(1..300);
        let one = |_| {
            let bits = random.random_range(1..42);
            random.random_range(0..1_u64 << bits)
        };
        (0..count).map(one).collect()
    }

    fn seed() -> u64 {
        let seed = rand::random();
        println!("seed {seed}");
        seed
    }

    #[test]
    fn every_time_is_near_the_middle_of_its_bucket() {
        for micros in (0..200_000).chain((18..42).flat_map(|bit| [(1 << bit) - 1, 1 << bit])) {
            let off = middle(bucket(micros)).abs_diff(micros);
            assert!(off * 16 <= micros, "{micros} µs is off by {off}");
        }
        let buckets: Vec<u16> = (0..100_000).map(bucket).collect();
        assert!(buckets.is_sorted_by(|one, next| next - one <= 1), "no bucket is left out");
        assert_eq!(bucket(u64::MAX), bucket(LONGEST), "whatever is longer is in the last one");
        assert!(bucket(LONGEST) < 328);
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_times_within_a_sixteenth() {
        let mut rng = StdRng::seed_from_u64(seed());
        for _ in 0..300 {
            let mut times = random(&mut rng);
            let histogram = of(&times);
            times.sort_unstable();
            for permille in [1, 500, 950, 990, 1_000] {
                let rank = (times.len() * permille).div_ceil(1_000);
                let exact = times[rank - 1];
                let told = histogram.quantile(permille.try_into().unwrap()).unwrap().as_micros();
                let off = u128::from(exact).abs_diff(told);
                assert!(off * 16 <= u128::from(exact), "{permille} of {times:?}: {told}");
            }
            assert_eq!(histogram.longest().as_micros(), u128::from(times[times.len() - 1]));
        }
    }

    #[test]
    fn what_is_merged_is_what_one_would_have_counted() {
        let mut rng = StdRng::seed_from_u64(seed());
        for _ in 0..300 {
            let (one, other) = (random(&mut rng), random(&mut rng));
            let all: Vec<u64> = one.iter().chain(&other).copied().collect();
            let (mut left, mut right) = (of(&one), of(&other));
            left.merge(&of(&other));
            right.merge(&of(&one));
            assert_eq!(left, right);
            assert_eq!(left, of(&all));
            assert_eq!(left.count(), u64::try_from(all.len()).unwrap());
        }
    }

    #[test]
    fn columns_are_read_as_they_were_written() {
        let histogram = of(&[0, 7, 1_000, 1_000, LONGEST * 2]);
        let (buckets, longest) = histogram.to_columns();
        assert_eq!(Histogram::from_columns(&buckets, longest).unwrap(), histogram);
        assert_eq!(Histogram::from_columns("{}", 0).unwrap(), Histogram::default());
        assert_eq!(Histogram::from_columns("", 0).unwrap(), Histogram::default());
        for malformed in ["[]", "{", "{}[]", r#"{"1": -1}"#, r#"{"65536": 1}"#, r#"{"a": 1}"#] {
            Histogram::from_columns(malformed, 0).unwrap_err();
        }
    }

    #[test]
    fn columns_of_several_rows_are_read_as_their_sum() {
        let mut rng = StdRng::seed_from_u64(seed());
        for _ in 0..100 {
            let (one, other) = (of(&random(&mut rng)), of(&random(&mut rng)));
            let ((first, short), (second, long)) = (one.to_columns(), other.to_columns());
            let mut sum = one.clone();
            sum.merge(&other);
            let read = Histogram::from_columns(&format!("{first}{second}"), short.max(long));
            assert_eq!(read.unwrap(), sum);
        }
    }

    #[test]
    fn of_nothing_nothing_is_told() {
        assert_eq!(Histogram::default().spread(), None);
        let one = of(&[1_160]).spread().unwrap();
        assert_eq!(one.p50, Duration::from_micros(1_160), "no quantile is beyond the longest");
        assert_eq!(one.max, Duration::from_micros(1_160));
    }
}

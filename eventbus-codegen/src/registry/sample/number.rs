//! Numbers that keep a schema's bounds.

use serde_json::{Map, Number, Value};

/// The least integer that a float of 64 bits does not have.
const BEYOND_FLOATS: i128 = (1 << 53) + 1;

/// One, or what is nearest to it within the bounds, and others from the least to the largest; none where no integer of 64
/// bits is.
pub(super) fn integers(keys: &Map<String, Value>) -> Vec<Value> {
    let bounds = Bounds::of(keys);
    let Some(plain) = bounds.near(1) else { return Vec::new() };
    let mut others: Vec<i128> = [bounds.least, -1, 0, 2, BEYOND_FLOATS, bounds.most]
        .into_iter()
        .filter_map(|wanted| bounds.near(wanted))
        .filter(|value| *value != plain)
        .collect();
    others.sort_unstable();
    others.dedup();
    std::iter::once(plain).chain(others).filter_map(written).collect()
}

/// What integers a schema allows, as far as JSON numbers are read.
struct Bounds {
    least: i128,
    most: i128,
    step: i128,
}

impl Bounds {
    fn of(keys: &Map<String, Value>) -> Self {
        let bound = |key: &str| keys.get(key).and_then(whole);
        let above = bound("exclusiveMinimum").map(|bound| bound + 1);
        let below = bound("exclusiveMaximum").map(|bound| bound - 1);
        let [least, most] = range(keys.get("format").and_then(Value::as_str).unwrap_or_default());
        Self {
            least: bound("minimum").into_iter().chain(above).fold(least, i128::max),
            most: bound("maximum").into_iter().chain(below).fold(most, i128::min),
            step: bound("multipleOf").filter(|step| *step > 0).unwrap_or(1),
        }
    }

    /// What is nearest to `wanted`.
    fn near(&self, wanted: i128) -> Option<i128> {
        let near = self.within(wanted)?;
        // The next multiple upwards, or downwards where that is too much.
        let rest = near.rem_euclid(self.step);
        let up = near - rest + if rest == 0 { 0 } else { self.step };
        [up, up - self.step].into_iter().find(|value| self.within(*value) == Some(*value))
    }

    fn within(&self, value: i128) -> Option<i128> {
        (self.least <= self.most).then(|| value.clamp(self.least, self.most))
    }
}

/// The range of a format of integers; of none, or of more than 64 bits, what JSON numbers are read into.
fn range(format: &str) -> [i128; 2] {
    let [least, most] = [i128::from(i64::MIN), i128::from(u64::MAX)];
    let bits = |digits: &str| match digits {
        "" => Some(64),
        digits => digits.parse::<u32>().ok().filter(|bits| *bits <= 64),
    };
    if let Some(bits) = format.strip_prefix("uint").map(bits) {
        return [0, bits.map_or(most, |bits| (1 << bits) - 1)];
    }
    match format.strip_prefix("int").and_then(bits) {
        Some(bits @ 1..) => [-(1 << (bits - 1)), (1 << (bits - 1)) - 1],
        _ => [least, most],
    }
}

/// One and a half, or a bound, or the middle between two that are excluded; and others from small to large, whole ones and
/// fractions.
pub(super) fn numbers(keys: &Map<String, Value>) -> Vec<Value> {
    let bound = |key: &str| keys.get(key).and_then(Value::as_f64);
    let (least, most) = (bound("minimum"), bound("maximum"));
    let (above, below) = (bound("exclusiveMinimum"), bound("exclusiveMaximum"));
    let fits = |value: &f64| {
        least.is_none_or(|least| least <= *value)
            && most.is_none_or(|most| *value <= most)
            && above.is_none_or(|above| above < *value)
            && below.is_none_or(|below| *value < below)
    };
    let low = least.or(above);
    let high = most.or(below);
    let middle = low.zip(high).map(|(low, high)| f64::midpoint(low, high));
    let beside = [low.map(|low| low + 1.0), high.map(|high| high - 1.0)];
    let candidates =
        [Some(1.5), bound("multipleOf"), least, most, middle].into_iter().chain(beside);
    let Some(plain) = candidates.flatten().find(fits) else { return Vec::new() };
    // A float of 32 bits has them all.
    let mut others: Vec<f64> = [-1e30, -1.5, -1.0, 0.0, 0.1, 1.0, 1e30]
        .into_iter()
        .chain(least)
        .chain(most)
        .filter(|value| fits(value) && value.total_cmp(&plain).is_ne())
        .collect();
    others.sort_by(f64::total_cmp);
    others.dedup_by(|one, other| one.total_cmp(other).is_eq());
    std::iter::once(plain).chain(others).filter_map(Number::from_f64).map(Value::Number).collect()
}

fn written(value: i128) -> Option<Value> {
    let signed = i64::try_from(value).map(Number::from);
    signed.or_else(|_| u64::try_from(value).map(Number::from)).ok().map(Value::Number)
}

/// An integer of a schema; 64 bits are what JSON numbers are read into.
fn whole(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

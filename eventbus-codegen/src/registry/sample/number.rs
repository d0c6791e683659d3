//! Numbers that keep a schema's bounds.

use serde_json::{Map, Number, Value};

/// One, or what is nearest to it within the bounds; nothing where no integer of 64 bits is.
pub(super) fn integer(keys: &Map<String, Value>) -> Option<Value> {
    let bound = |key: &str| keys.get(key).and_then(whole);
    let above = bound("exclusiveMinimum").map(|bound| bound + 1);
    let below = bound("exclusiveMaximum").map(|bound| bound - 1);
    let least = bound("minimum").max(above);
    let most = [bound("maximum"), below].into_iter().flatten().min();
    let step = bound("multipleOf").filter(|step| *step > 0).unwrap_or(1);
    let near = within(1, least, most)?;
    // The next multiple upwards, or downwards where that is too much.
    let up = near.div_euclid(step) * step + if near.rem_euclid(step) == 0 { 0 } else { step };
    let value =
        [up, up - step].into_iter().find(|value| within(*value, least, most) == Some(*value));
    let value = value?;
    let signed = i64::try_from(value).map(Number::from);
    signed.or_else(|_| u64::try_from(value).map(Number::from)).ok().map(Value::Number)
}

/// One and a half, or a bound, or the middle between two that are excluded.
pub(super) fn number(keys: &Map<String, Value>) -> Option<Value> {
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
    candidates.flatten().find(fits).and_then(Number::from_f64).map(Value::Number)
}

fn within(value: i128, least: Option<i128>, most: Option<i128>) -> Option<i128> {
    let raised = least.map_or(value, |least| value.max(least));
    let lowered = most.map_or(raised, |most| raised.min(most));
    least.is_none_or(|least| least <= lowered).then_some(lowered)
}

/// An integer of a schema; 64 bits are what JSON numbers are read into.
fn whole(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

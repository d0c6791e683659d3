//! Exact decimal numbers: a bound of `0.1` is a tenth, and a bound of 2^63 is not the float beside it.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// The most digits after the point: two of them side by side must fit into an `i128`.
const FINEST: u32 = 18;

/// `digits` / 10^`scale`, without zeros at the end of what stands after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    pub(crate) const ONE: Self = Self::integer(1);

    pub(crate) const fn integer(value: i128) -> Self {
        Self { digits: value, scale: 0 }
    }

    /// `None` for what cannot be held exactly: more than 38 digits, or more than 18 after the point.
    pub(crate) fn of(number: &Number) -> Option<Self> {
        // A float is printed with the fewest digits that lead back to it, and without an exponent.
        let text = number.as_f64().filter(|_| number.is_f64()).map(|float| format!("{float}"));
        let text = text.unwrap_or_else(|| number.to_string());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let scale = u32::try_from(fraction.len()).ok().filter(|scale| *scale <= FINEST)?;
        Some(Self { digits: format!("{whole}{fraction}").parse().ok()?, scale }.shortened())
    }

    /// The number as JSON, where it is one that every reader reads as it is written.
    pub(crate) fn json(self) -> Option<Value> {
        if self.scale == 0 {
            let small = i64::try_from(self.digits).map(Value::from);
            let small = small.or_else(|_| u64::try_from(self.digits).map(Value::from));
            return small.ok().or_else(|| self.float());
        }
        let sign = if self.digits < 0 { "-" } else { "" };
        let width = self.scale as usize + 1;
        let digits = format!("{:0>width$}", self.digits.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let number: Number = serde_json::from_str(&format!("{sign}{whole}.{fraction}")).ok()?;
        (Self::of(&number)? == self).then_some(Value::Number(number))
    }

    /// An integer beyond 64 bits, if a float is exactly it: as it is printed, and as a reader of floats has it.
    fn float(self) -> Option<Value> {
        let float: f64 = self.digits.to_string().parse().ok()?;
        let number = Number::from_f64(float)?;
        let is_exact = format!("{float:.0}").parse() == Ok(self.digits);
        (is_exact && Self::of(&number)? == self).then_some(Value::Number(number))
    }

    pub(crate) const fn is_integer(self) -> bool {
        self.scale == 0
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.beside(other)?;
        Some(Self { digits: a.checked_add(b)?, scale }.shortened())
    }

    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { digits: other.digits.checked_neg()?, scale: other.scale })
    }

    pub(crate) fn times(self, factor: i128) -> Option<Self> {
        Some(Self { digits: self.digits.checked_mul(factor)?, scale: self.scale }.shortened())
    }

    /// A `10^places`th of it.
    pub(crate) fn shifted(self, places: u32) -> Option<Self> {
        let scale = self.scale.checked_add(places).filter(|scale| *scale <= FINEST)?;
        Some(Self { digits: self.digits, scale }.shortened())
    }

    /// How often `step` goes into it, rounded down.
    pub(crate) fn steps(self, step: Self) -> Option<i128> {
        let (a, b, _) = self.beside(step)?;
        (b > 0).then(|| a.div_euclid(b))
    }

    pub(crate) fn is_multiple_of(self, step: Self) -> Option<bool> {
        let (a, b, _) = self.beside(step)?;
        (b != 0).then(|| a % b == 0)
    }

    /// The smallest number above zero that both go into.
    pub(crate) fn common_multiple(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.beside(other)?;
        let (a, b) = (a.checked_abs()?, b.checked_abs()?);
        let digits = a.checked_div(gcd(a, b))?.checked_mul(b)?;
        Some(Self { digits, scale }.shortened())
    }

    /// Both without a point, at one scale.
    fn beside(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let lifted =
            |n: Self| 10_i128.checked_pow(scale - n.scale).and_then(|by| n.digits.checked_mul(by));
        Some((lifted(self)?, lifted(other)?, scale))
    }

    fn shortened(mut self) -> Self {
        while self.scale > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }

    /// What stands before the point and after it, the latter as 18 digits.
    fn parts(self) -> (i128, i128) {
        let unit = 10_i128.pow(self.scale);
        let fraction = self.digits.rem_euclid(unit) * 10_i128.pow(FINEST - self.scale);
        (self.digits.div_euclid(unit), fraction)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

const fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use serde_json::{Number, json};

    use super::Decimal;

    fn decimal(text: &str) -> Decimal {
        Decimal::of(&serde_json::from_str::<Number>(text).unwrap()).unwrap()
    }

    #[test]
    fn numbers_are_held_and_printed_exactly() {
        for text in ["0", "-1", "0.1", "-0.05", "18446744073709551615", "123456.789"] {
            assert_eq!(decimal(text).json().unwrap().to_string(), text);
        }
        assert_eq!(decimal("1.0"), Decimal::ONE);
        assert_eq!(Decimal::of(json!(1e300).as_number().unwrap()), None);
    }

    #[test]
    fn order_and_multiples_do_not_round() {
        assert!(decimal("9007199254740993") > decimal("9007199254740992"));
        assert!(decimal("-0.3") < decimal("-0.25"));
        assert_eq!(decimal("0.3").is_multiple_of(decimal("0.1")), Some(true));
        assert_eq!(decimal("0.35").is_multiple_of(decimal("0.1")), Some(false));
        assert_eq!(decimal("0.4").common_multiple(decimal("0.6")), Some(decimal("1.2")));
        assert_eq!(decimal("-0.5").steps(Decimal::ONE), Some(-1));
    }
}

//! The keywords of numbers and texts.

use serde_json::Value;

use super::{Contract, Keys, Reading};
use crate::compat::decision::format::Format;
use crate::compat::decision::node::{Fact, Id, Open};
use crate::compat::decision::pattern::Pattern;
use crate::decimal::Decimal;
use crate::integers::integers;

impl Reading<'_> {
    pub(super) fn numbers(&mut self, keys: &Keys, all: &mut Vec<Id>) {
        type Bound = fn(Decimal, Open) -> Fact;
        let bounds: [(&str, &str, Bound); 2] = [
            ("minimum", "exclusiveMinimum", Fact::Least),
            ("maximum", "exclusiveMaximum", Fact::Most),
        ];
        for (keyword, beyond, fact) in bounds {
            // Draft 4 says with `true` that the bound itself is left out.
            let open = if keys.get(beyond) == Some(&Value::Bool(true)) {
                Open::Beyond
            } else {
                Open::Within
            };
            for (keyword, open) in [(keyword, open), (beyond, Open::Beyond)] {
                let Some(Value::Number(number)) = keys.get(keyword) else { continue };
                all.push(match Decimal::of(number) {
                    Some(bound) => self.graph.fact(fact(bound, open)),
                    None => self.opaque(
                        format!("`{keyword}` is too large or too fine"),
                        &number.to_string(),
                    ),
                });
            }
        }
        if let Some(Value::Number(number)) = keys.get("multipleOf") {
            all.push(match Decimal::of(number).filter(|step| *step > Decimal::integer(0)) {
                Some(step) => self.graph.fact(Fact::MultipleOf(step)),
                None => self.opaque(
                    "`multipleOf` is too large or too fine".to_owned(),
                    &number.to_string(),
                ),
            });
        }
        let format = keys.get("format").and_then(Value::as_str);
        if let Some((least, most)) =
            format.filter(|_| self.contract != Contract::Plain).and_then(machine_range)
        {
            all.push(self.graph.fact(Fact::Least(least, Open::Within)));
            all.extend(most.map(|most| self.graph.fact(Fact::Most(most, Open::Within))));
        }
    }

    pub(super) fn texts(&mut self, keys: &Keys, all: &mut Vec<Id>) {
        for (keyword, fact) in
            [("minLength", Fact::Shortest as fn(u64) -> Fact), ("maxLength", Fact::Longest)]
        {
            all.extend(count(keys, keyword).map(|n| self.graph.fact(fact(n))));
        }
        if let Some(Value::String(pattern)) = keys.get("pattern") {
            all.push(self.graph.fact(Fact::Matches(Pattern::new(pattern))));
        }
        if let Some(Value::String(format)) = keys.get("format") {
            let format = Format(format.clone());
            let of_numbers = machine_range(&format.0).is_some()
                || ["float", "double"].contains(&format.0.as_str());
            // As it stands, a name that nobody knows is a remark.
            if !of_numbers && (format.is_known() || self.contract != Contract::Plain) {
                all.push(self.graph.fact(Fact::Format(format)));
            }
        }
    }
}

/// A count: what is written as `2.0` is one too.
pub(super) fn count(keys: &Keys, keyword: &str) -> Option<u64> {
    let number = keys.get(keyword)?.as_number()?;
    let whole = Decimal::of(number).filter(|number| number.is_integer())?;
    whole.json()?.as_u64()
}

/// The smallest and the largest integer of a type whose name schemars puts into `format`. 2^128 - 1 is above what we
/// count, but no other type ends there.
fn machine_range(format: &str) -> Option<(Decimal, Option<Decimal>)> {
    let (least, most) = match format {
        "int128" => (i128::MIN, Some(i128::MAX)),
        "uint128" => (0, None),
        smaller => integers(smaller).map(|(least, most)| (least, Some(most)))?,
    };
    Some((Decimal::integer(least), most.map(Decimal::integer)))
}

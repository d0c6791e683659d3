//! Which type a column has, and what it holds of a payload: nothing where the value is not of that type.

use serde_json::Value;

use super::Database;
use super::ast::Expr;
use super::checks::{path, stored};
use super::kinds::named;
use super::places::{Keys, Place};
use crate::integers::integers;
use crate::kinds::{Kind, Kinds};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Uuid,
    Time,
    Date,
    Boolean,
    Integer,
    Bigint,
    /// An integer of any size.
    Whole,
    Double,
    /// Whatever else JSON has.
    Json,
}

/// The values of integers.
type Range = (i128, i128);

impl Type {
    /// The type for what may be at a place.
    pub(super) fn of(place: &Place<'_>) -> Self {
        let kinds = place.kinds().without(Kind::Null);
        let statements = place.statements();
        let only = |kind| kinds != Kinds::NONE && kinds.without(kind) == Kinds::NONE;
        if only(Kind::Text) {
            let texts = statements.iter().filter(|keys| named(keys).has(Kind::Text));
            return text(texts.map(|keys| keys.get("format").and_then(Value::as_str)));
        }
        if only(Kind::Bool) {
            return Self::Boolean;
        }
        if only(Kind::Integer) {
            let whole = statements.iter().filter(|keys| named(keys).has(Kind::Integer));
            return integer(whole.map(|keys| range(keys)));
        }
        let is_number = kinds.without(Kind::Integer).without(Kind::Fraction) == Kinds::NONE;
        if kinds != Kinds::NONE && is_number { Self::Double } else { Self::Json }
    }

    /// What the column holds of the property with these names, or of the payload itself where there are none.
    pub(super) fn read(self, database: Database, names: &[&str]) -> Expr {
        match database {
            Database::Postgres => self.postgres(names),
            Database::Sqlite => {
                let mut each = names.iter().map(|name| self.sqlite(path([*name])));
                match (each.next(), each.next()) {
                    (None, _) => self.sqlite(path([])),
                    (Some(only), None) => only,
                    (Some(first), Some(second)) => {
                        let all = [first, second].into_iter().chain(each);
                        Expr::Call("coalesce", all.collect())
                    }
                }
            }
        }
    }

    fn postgres(self, names: &[&str]) -> Expr {
        let payload = || Expr::Raw("d.payload");
        let mut each =
            names.iter().map(|name| Expr::infix(payload(), "->", Expr::Text(stored(name))));
        let value = match (each.next(), each.next()) {
            (None, _) => payload(),
            (Some(only), None) => only,
            (Some(first), Some(second)) => {
                Expr::Call("coalesce", [first, second].into_iter().chain(each).collect())
            }
        };
        let function = match self {
            Self::Text => "eventbus_as_text",
            Self::Uuid => "eventbus_as_uuid",
            Self::Time => "eventbus_as_time",
            Self::Date => "eventbus_as_date",
            Self::Boolean => "eventbus_as_boolean",
            Self::Integer => "eventbus_as_integer",
            Self::Bigint => "eventbus_as_bigint",
            Self::Whole => "eventbus_as_whole",
            Self::Double => "eventbus_as_double",
            Self::Json => "eventbus_as_json",
        };
        Expr::Call(function, vec![value])
    }

    fn sqlite(self, path: String) -> Expr {
        let payload = || Expr::Raw("e.payload");
        let at = || Expr::Text(path.clone());
        let is = Expr::Call("json_type", vec![payload(), at()]);
        let value = || Expr::infix(payload(), "->>", at());
        let json = || Expr::infix(payload(), "->", at());
        let real = || Expr::infix(value(), "+", Expr::Raw("0.0"));
        match self {
            Self::Text | Self::Uuid | Self::Time | Self::Date => {
                Expr::case(is, [("text", value())])
            }
            Self::Boolean => Expr::case(is, [("true", Expr::Raw("1")), ("false", Expr::Raw("0"))]),
            Self::Integer | Self::Bigint => {
                let kept = Expr::case(Expr::Call("typeof", vec![value()]), [("integer", value())]);
                Expr::case(is, [("integer", kept)])
            }
            // What has more than 64 bits keeps all its digits, as text.
            Self::Whole => {
                let kept = [("integer", value()), ("real", json())];
                let kept = Expr::case(Expr::Call("typeof", vec![value()]), kept);
                Expr::case(is, [("integer", kept)])
            }
            Self::Double => Expr::case(is, [("integer", real()), ("real", real())]),
            Self::Json => {
                let kinds = ["true", "false", "integer", "real", "text", "array", "object"];
                Expr::case(is, kinds.map(|kind| (kind, json())))
            }
        }
    }
}

fn text<'a>(mut formats: impl Iterator<Item = Option<&'a str>>) -> Type {
    let Some(Some(first)) = formats.next() else { return Type::Text };
    if formats.any(|other| other != Some(first)) {
        return Type::Text;
    }
    match first {
        "uuid" => Type::Uuid,
        "date-time" => Type::Time,
        "date" => Type::Date,
        _ => Type::Text,
    }
}

fn integer(ranges: impl Iterator<Item = Option<Range>>) -> Type {
    let mut all: Option<Range> = None;
    for range in ranges {
        let Some((low, high)) = range else { return Type::Whole };
        all =
            Some(all.map_or((low, high), |(lowest, highest)| (low.min(lowest), high.max(highest))));
    }
    let fits = |low: i128, high: i128| {
        all.is_some_and(|(lowest, highest)| lowest >= low && highest <= high)
    };
    if fits(i32::MIN.into(), i32::MAX.into()) {
        Type::Integer
    } else if fits(i64::MIN.into(), i64::MAX.into()) {
        Type::Bigint
    } else {
        Type::Whole
    }
}

/// The integers that a schema names, if both ends are known.
fn range(keys: &Keys) -> Option<Range> {
    if let Some(value) = keys.get("const") {
        return value.as_i64().map(|value| (value.into(), value.into()));
    }
    let format = keys.get("format").and_then(Value::as_str);
    let (low, high) = format.and_then(integers).unzip();
    let bound = |key| keys.get(key).and_then(Value::as_i64).map(i128::from);
    let least = [low, bound("minimum"), bound("exclusiveMinimum")].into_iter().flatten().max()?;
    let most = [high, bound("maximum"), bound("exclusiveMaximum")].into_iter().flatten().min()?;
    Some((least, most))
}

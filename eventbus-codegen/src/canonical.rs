//! JSON text that depends on its content only: sorted keys, two spaces, a newline at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The canonical text of `value`.
///
/// serde_json is not asked to print objects: their order would depend on a feature that any crate in the build can
/// switch on.
pub(crate) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    text
}

/// The SHA-256 of `text` in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Puts the order-free lists of a schema into one order, so that moving a field in Rust changes no file.
pub(crate) fn sort_required(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(sort_required),
        Value::Object(keys) => {
            if let Some(Value::Array(required)) = keys.get_mut("required") {
                required.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            }
            keys.values_mut().for_each(sort_required);
        }
        _ => {}
    }
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(keys) if !keys.is_empty() => {
            let keys: BTreeMap<_, _> = keys.iter().collect();
            list(out, depth, '{', '}', keys, |(key, value), out| {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                write(value, depth + 1, out);
            });
        }
        Value::Array(items) if !items.is_empty() => {
            list(out, depth, '[', ']', items, |item, out| write(item, depth + 1, out));
        }
        other => out.push_str(&other.to_string()),
    }
}

fn list<T>(
    out: &mut String,
    depth: usize,
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    mut one: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(depth + 1));
        one(item, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{sha256, sort_required, text};

    #[test]
    fn keys_are_sorted_and_empty_ones_stay_on_a_line() {
        let value = json!({"b": [1, {}], "a": {"d": "\"\n", "c": []}});
        let wanted = "{\n  \"a\": {\n    \"c\": [],\n    \"d\": \"\\\"\\n\"\n  },\n  \
                      \"b\": [\n    1,\n    {}\n  ]\n}\n";
        assert_eq!(text(&value), wanted);
    }

    #[test]
    fn required_has_one_order_at_every_depth() {
        let mut schema = json!({"required": ["b", "a"], "x": [{"required": ["d", "c"]}]});
        sort_required(&mut schema);
        assert_eq!(schema, json!({"required": ["a", "b"], "x": [{"required": ["c", "d"]}]}));
    }

    #[test]
    fn the_hash_is_the_known_one() {
        assert!(sha256("abc").starts_with("ba7816bf8f01cfea"));
    }
}

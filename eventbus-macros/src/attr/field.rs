//! `#[event(..)]` on a field.

use proc_macro2::Span;
use syn::{Attribute, Type};

use super::Keyed;
use super::entry::Entries;
use crate::ctxt::Ctxt;
use crate::symbol;

/// Every key with its span.
pub(crate) struct FieldAttrs {
    pub(crate) aggregate_id: Option<Span>,
    pub(crate) tenant_id: Option<Span>,
    pub(crate) event_key: Option<Span>,
    /// `int = "string"`.
    pub(crate) int: Option<Span>,
    pub(crate) opaque: Option<Span>,
    pub(crate) schema: Option<Keyed<Type>>,
}

impl FieldAttrs {
    pub(crate) fn read(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let entries = Entries::read(cx, attrs, symbol::FIELD);
        Self {
            aggregate_id: entries.flag(cx, symbol::AGGREGATE_ID),
            tenant_id: entries.flag(cx, symbol::TENANT_ID),
            event_key: entries.flag(cx, symbol::EVENT_KEY),
            int: int(cx, &entries),
            opaque: entries.flag(cx, symbol::OPAQUE),
            schema: entries.ty(cx, symbol::SCHEMA),
        }
    }

    /// The keys that are there, for what takes none of them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let schema = self.schema.as_ref().map(|schema| schema.key);
        [
            (symbol::AGGREGATE_ID, self.aggregate_id),
            (symbol::TENANT_ID, self.tenant_id),
            (symbol::EVENT_KEY, self.event_key),
            (symbol::INT, self.int),
            (symbol::OPAQUE, self.opaque),
            (symbol::SCHEMA, schema),
        ]
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)))
    }
}

/// A number is what an integer is without the key.
fn int(cx: &Ctxt, entries: &Entries) -> Option<Span> {
    let text = entries.string(cx, symbol::INT)?;
    if text.value() == "string" {
        return Some(text.span());
    }
    cx.error(text.span(), "`int` is `\"string\"`; without it an integer is a number");
    None
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, refused};

    fn field(keys: &str) -> String {
        format!("enum E {{ A {{ #[event({keys})] a: u64 }} }}")
    }

    #[test]
    fn an_integer_is_a_string_or_a_number() {
        accepted(&field("int = \"string\""));
        refused(
            &field("int = \"hex\""),
            "\"hex\"",
            "`int` is `\"string\"`; without it an integer is a number",
        );
        refused(&field("int"), "int", "`int` is a string: `int = \"string\"`");
    }

    #[test]
    fn a_schema_is_a_type() {
        for ty in ["String", "Vec<String>", "[u8; 4]", "(u8, a::B<C>)", "Option<Vec<u16>>"] {
            accepted(&field(&format!("schema = {ty}, tenant_id")));
        }
        let message = "`schema` is a type: `schema = String`";
        refused(&field("schema = \"String\""), "schema = \"String\"", message);
        refused(&field("schema"), "schema", message);
        refused(
            "enum E { A { #[event(schema)] #[serde(with = \"hex\")] a: B } }",
            "schema",
            message,
        );
    }
}

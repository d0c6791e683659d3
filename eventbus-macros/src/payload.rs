//! The model of a payload struct that the user wrote.

use syn::{Data, DeriveInput, Fields, Ident, Path};

use crate::ast::{Field, private};
use crate::attr::{self, Serde};
use crate::ctxt::Ctxt;

/// A struct with named fields: the only shape to which fields can be added later.
pub(crate) struct PayloadStruct<'a> {
    /// The path of the runtime's `__private`.
    pub(crate) private: Path,
    pub(crate) ident: &'a Ident,
    pub(crate) serde: Serde,
    pub(crate) fields: Vec<Field<'a>>,
}

impl<'a> PayloadStruct<'a> {
    /// The model of a struct with named fields; anything else is recorded as a mistake.
    pub(crate) fn read(cx: &Ctxt, input: &'a DeriveInput) -> Option<Self> {
        let krate = attr::struct_crate(cx, &input.attrs);
        let Some(fields) = named(input) else {
            cx.error(input.ident.span(), misshapen(input));
            return None;
        };
        let serde = Serde::read(&input.attrs);
        let rule = serde.written("rename_all");
        let fields = fields.filter_map(|field| Field::read(cx, field, rule.as_deref())).collect();
        let private = private(krate);
        Some(Self { private, ident: &input.ident, serde, fields })
    }
}

fn named(input: &DeriveInput) -> Option<impl Iterator<Item = &syn::Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(fields.named.iter()),
            _ => None,
        },
        _ => None,
    }
}

fn misshapen(input: &DeriveInput) -> String {
    let ident = &input.ident;
    match &input.data {
        Data::Struct(data) if data.fields.is_empty() => {
            format!("serde writes a unit struct as null: write `struct {ident} {{}}`")
        }
        Data::Struct(_) => {
            format!("positional fields cannot be added to later: write `struct {ident} {{ .. }}`")
        }
        Data::Enum(_) => format!(
            "a payload is an object, so that fields can be added: make `{ident}` a struct, or \
             derive `DomainEvent` where it is a group"
        ),
        Data::Union(_) => "a union has no shape on the wire: write a struct".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::misplaced;

    #[test]
    fn each_derive_says_where_the_other_belongs() {
        misplaced(
            "DomainEvent",
            "struct P { id: u8 }",
            "P",
            "`DomainEvent` is derived on the enum that holds the events; for a payload struct \
             write `#[derive(EventPayload)]`",
        );
        misplaced(
            "EventPayload",
            "enum E { A }",
            "E",
            "a payload is an object, so that fields can be added: make `E` a struct, or derive \
             `DomainEvent` where it is a group",
        );
        misplaced(
            "EventPayload",
            "union U { a: u8 }",
            "U",
            "a union has no shape on the wire: write a struct",
        );
    }
}

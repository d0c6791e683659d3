//! What a field is on the wire: its name in both directions, and the shape that serde gives it.

use quote::quote;
use syn::Meta;

use crate::ast::{Field, integer};
use crate::attr::Serde;
use crate::ctxt::Ctxt;

/// Keys with which another function writes or reads the field than its type's own.
const CUSTOM: &[&str] = &["with", "serialize_with", "deserialize_with"];

/// The fields of a struct that the derive writes.
pub(super) fn generated(cx: &Ctxt, fields: &[Field<'_>]) {
    names_apart(cx, fields);
    for field in fields {
        one_name(cx, field);
        wide_integer(cx, field);
        said_once(cx, field);
        let remedy =
            "say what is on the wire with `#[event(schema = String)]`, or the type that it is";
        told_shape(cx, field, remedy);
    }
}

/// The fields of a struct that somebody wrote, to which a derive can add no attribute.
pub(super) fn written(cx: &Ctxt, fields: &[Field<'_>]) {
    names_apart(cx, fields);
    for field in fields {
        one_name(cx, field);
        let remedy =
            "say what is on the wire with `#[schemars(with = \"String\")]`, or the type that it is";
        told_shape(cx, field, remedy);
        if let Some(schema) = &field.event.schema {
            let ty = &schema.value;
            let ty = quote!(#ty).to_string().replace(' ', "");
            let message = format!(
                "`schema` cannot reach a struct that is written: write `#[schemars(with = \"{ty}\")]`"
            );
            cx.error(schema.key, message);
        }
        if let Some(int) = field.event.int {
            wide_integer(cx, field);
            if let Some(integer) = integer(field.ty) {
                let text = format!("eventbus_runtime::int_string::Text<{}>", integer.ty);
                let (default, text) = match integer.optional {
                    true => ("default, ", format!("Option<{text}>")),
                    false => ("", text),
                };
                let message = format!(
                    "`int` cannot reach a struct that is written: write `#[serde({default}with = \
                     \"eventbus_runtime::int_string\")]` and `#[schemars(with = \"{text}\")]`"
                );
                cx.error(int, message);
            }
        }
    }
}

/// One case for both directions, or none of the fields could be read back.
pub(super) fn cases(cx: &Ctxt, serde: &Serde, key: &str) {
    let Some(meta @ Meta::List(_)) = serde.find(key) else { return };
    let (written, read) = (serde.written(key), serde.accepted(key));
    if written != read
        && let Some(case) = written.or(read)
    {
        let message = format!(
            "a written event could not be read back: give both directions one case, `{key} = \"{case}\"`"
        );
        cx.error_on(meta, message);
    }
}

/// What is written under one name is read under that name.
fn one_name(cx: &Ctxt, field: &Field<'_>) {
    let Some(meta) = field.serde.find("rename") else { return };
    let (wire, read) = (&field.wire, &field.read);
    if wire == read
        || field.serde.has("skip")
        || field.serde.texts("alias").any(|name| name == *wire)
    {
        return;
    }
    let message = format!(
        "a written event could not be read back: it holds `{wire}`, and `{read}` is read; write \
         `rename = \"{wire}\"`, or add `alias = \"{wire}\"`"
    );
    cx.error_on(meta, message);
}

/// Two fields under one key are written both, and no reader takes them.
fn names_apart(cx: &Ctxt, fields: &[Field<'_>]) {
    for (at, field) in fields.iter().enumerate() {
        // Two fields of one identifier are the compiler's to refuse.
        let others = fields[..at].iter().filter(|other| other.ident != field.ident);
        let Some((name, other)) = others.flat_map(|other| common(other, field)).next() else {
            continue;
        };
        let message = format!(
            "a written event could not be read back: `{name}` is the field `{}` on the wire already; \
             give `{}` another name",
            other.ident, field.ident
        );
        let said = field
            .serde
            .iter()
            .find(|meta| quote!(#meta).to_string().contains(&format!("{name:?}")));
        match said {
            Some(meta) => cx.error_on(meta, message),
            None => cx.error(field.ident.span(), message),
        }
    }
}

/// A name under which both fields are written, or both are read.
fn common<'a, 'b>(one: &'a Field<'b>, other: &Field<'_>) -> Option<(String, &'a Field<'b>)> {
    let both = |names: fn(&Field<'_>) -> Vec<String>| {
        let (ones, others) = (names(one), names(other));
        others.into_iter().find(|name| ones.contains(name))
    };
    Some((both(written_names).or_else(|| both(read_names))?, one))
}

fn written_names(field: &Field<'_>) -> Vec<String> {
    let hidden = ["skip", "skip_serializing", "flatten"].iter().any(|key| field.serde.has(key));
    if hidden { Vec::new() } else { vec![field.wire.clone()] }
}

fn read_names(field: &Field<'_>) -> Vec<String> {
    let hidden = ["skip", "skip_deserializing", "flatten"].iter().any(|key| field.serde.has(key));
    if hidden {
        return Vec::new();
    }
    let mut names = vec![field.read.clone()];
    names.extend(field.serde.texts("alias"));
    names
}

/// What fits a double stays a number.
fn wide_integer(cx: &Ctxt, field: &Field<'_>) {
    if let Some(int) = field.event.int
        && integer(field.ty).is_none()
    {
        let message = "`int = \"string\"` is for `i64`, `u64`, `i128`, `u128` and an `Option` of one: \
                       smaller integers are exact in JavaScript";
        cx.error(int, message);
    }
}

/// `int` and `schema` each say what is on the wire.
fn said_once(cx: &Ctxt, field: &Field<'_>) {
    let custom = CUSTOM.iter().find_map(|key| Some((*key, field.serde.find(key)?)));
    if field.event.int.is_some()
        && let Some((key, meta)) = custom
    {
        cx.error_on(meta, format!("`int` says how the field is written: remove `{key}`, or `int`"));
    }
    if let Some(schema) = &field.event.schema {
        if field.event.int.is_some() {
            cx.error(schema.key, "`int` says what is on the wire: remove `schema`");
        } else if has_schema(field) {
            let message = "`schema` is schemars' own `with`: remove one of them";
            cx.error(schema.key, message);
        }
    }
}

/// schemars looks at the type of a field, and `with` may write anything.
fn told_shape(cx: &Ctxt, field: &Field<'_>, remedy: &str) {
    let told = field.event.schema.is_some() || field.event.int.is_some() || has_schema(field);
    if told || field.serde.has("skip") {
        return;
    }
    let custom = CUSTOM.iter().find_map(|key| Some((*key, field.serde.find(key)?)));
    if let Some((key, meta)) = custom {
        cx.error_on(meta, format!("no schema can be seen behind `{key}`: {remedy}"));
    }
}

fn has_schema(field: &Field<'_>) -> bool {
    field.schemars.has("with") || field.schemars.has("schema_with")
}

#[cfg(test)]
mod tests {
    use crate::derive::tests::{accepted, mistakes, refused};

    fn field(attrs: &str, ty: &str) -> String {
        format!("enum E {{ A {{ {attrs} a: {ty} }} }}")
    }

    #[test]
    fn a_wide_integer_is_a_string_where_the_derive_can_say_so() {
        for ty in ["i64", "u64", "i128", "u128", "Option<u64>", "std::option::Option<i128>"] {
            accepted(&field("#[event(int = \"string\")]", ty));
        }
        for ty in ["u32", "String", "Cents", "Vec<u64>", "Option<Option<u64>>"] {
            let found = mistakes(&field("#[event(int = \"string\")]", ty));
            let message = "`int = \"string\"` is for `i64`, `u64`, `i128`, `u128` and an `Option` of \
                           one: smaller integers are exact in JavaScript";
            assert!(found.contains(&("\"string\"".to_owned(), message.to_owned())), "{found:?}");
        }
    }

    #[test]
    fn a_struct_that_is_written_is_shown_what_to_write() {
        refused(
            "struct P { #[event(int = \"string\")] a: u64 }",
            "\"string\"",
            "`int` cannot reach a struct that is written: write `#[serde(with = \
             \"eventbus_runtime::int_string\")]` and `#[schemars(with = \
             \"eventbus_runtime::int_string::Text<u64>\")]`",
        );
        refused(
            "struct P { #[event(int = \"string\")] a: Option<i64> }",
            "\"string\"",
            "`int` cannot reach a struct that is written: write `#[serde(default, with = \
             \"eventbus_runtime::int_string\")]` and `#[schemars(with = \
             \"Option<eventbus_runtime::int_string::Text<i64>>\")]`",
        );
        refused(
            "struct P { #[event(schema = Vec<u8>)] #[serde(with = \"hex\")] a: B }",
            "schema",
            "`schema` cannot reach a struct that is written: write `#[schemars(with = \"Vec<u8>\")]`",
        );
    }

    #[test]
    fn what_is_written_by_a_function_says_its_shape() {
        for key in ["with", "serialize_with", "deserialize_with"] {
            let attr = format!("{key} = \"hex\"");
            let serde = format!("#[serde({attr})]");
            let message = |remedy: &str| {
                format!(
                    "no schema can be seen behind `{key}`: say what is on the wire with \
                     `{remedy}`, or the type that it is"
                )
            };
            refused(&field(&serde, "B"), &attr, &message("#[event(schema = String)]"));
            let given = format!("struct P {{ {serde} a: B }}");
            refused(&given, &attr, &message("#[schemars(with = \"String\")]"));
            accepted(&field(&format!("#[event(schema = String)] {serde}"), "B"));
            accepted(&field(&format!("#[schemars(with = \"String\")] {serde}"), "B"));
            accepted(&field(&format!("#[schemars(schema_with = \"f\")] {serde}"), "B"));
        }
    }

    #[test]
    fn the_shape_is_said_once() {
        refused(
            &field("#[event(int = \"string\")] #[serde(with = \"hex\")]", "u64"),
            "with = \"hex\"",
            "`int` says how the field is written: remove `with`, or `int`",
        );
        refused(
            &field("#[event(int = \"string\", schema = String)]", "u64"),
            "schema",
            "`int` says what is on the wire: remove `schema`",
        );
        refused(
            &field("#[event(schema = String)] #[schemars(with = \"String\")]", "B"),
            "schema",
            "`schema` is schemars' own `with`: remove one of them",
        );
    }

    #[test]
    fn a_name_is_the_same_in_both_directions() {
        let message = "a written event could not be read back: it holds `new`, and `old` is read; write \
                       `rename = \"new\"`, or add `alias = \"new\"`";
        let split = "rename(serialize = \"new\", deserialize = \"old\")";
        refused(&field(&format!("#[serde({split})]"), "u8"), split, message);
        refused(&format!("struct P {{ #[serde({split})] a: u8 }}"), split, message);
        refused(
            "struct P { #[serde(rename(serialize = \"new\"))] old: u8 }",
            "rename(serialize = \"new\")",
            message,
        );
        accepted(&field(&format!("#[serde({split}, alias = \"new\")]"), "u8"));
        accepted(&field("#[serde(rename(serialize = \"x\", deserialize = \"x\"))]", "u8"));
        accepted(&field("#[serde(rename = \"x\")]", "u8"));
    }

    #[test]
    fn a_case_is_the_same_in_both_directions() {
        let message = |key: &str| {
            format!(
                "a written event could not be read back: give both directions one case, `{key} = \
                 \"camelCase\"`"
            )
        };
        let split = "(serialize = \"camelCase\", deserialize = \"kebab-case\")";
        let key = format!("rename_all{split}");
        refused(
            &format!("enum E {{ #[serde({key})] A {{ a: u8 }} }}"),
            &key,
            &message("rename_all"),
        );
        refused(&format!("#[serde({key})] struct P {{ a: u8 }}"), &key, &message("rename_all"));
        let key = "rename_all_fields(deserialize = \"camelCase\")";
        let message = message("rename_all_fields");
        refused(&format!("#[serde({key})] enum E {{ A {{ a: u8 }} }}"), key, &message);
    }

    #[test]
    fn fields_have_names_of_their_own() {
        let message = |name: &str, other: &str, field: &str| {
            format!(
                "a written event could not be read back: `{name}` is the field `{other}` on the wire \
                 already; give `{field}` another name"
            )
        };
        let pairs = [
            ("#[serde(rename = \"b\")] a: u8, b: u8", "b", "b"),
            ("b: u8, #[serde(rename = \"b\")] a: u8", "rename = \"b\"", "b"),
            ("#[serde(alias = \"b\")] a: u8, b: u8", "b", "b"),
            ("b: u8, #[serde(alias = \"b\")] a: u8", "alias = \"b\"", "b"),
            ("#[serde(alias = \"c\")] a: u8, #[serde(alias = \"c\")] b: u8", "alias = \"c\"", "c"),
        ];
        for (fields, text, name) in pairs {
            let (other, field) = if fields.starts_with('b') { ("b", "a") } else { ("a", "b") };
            let message = message(name, other, field);
            refused(&format!("enum E {{ A {{ {fields} }} }}"), text, &message);
            refused(&format!("struct P {{ {fields} }}"), text, &message);
        }
        refused(
            "enum E { #[serde(rename_all = \"camelCase\")] A { a_b: u8, aB: u8 } }",
            "aB",
            &message("aB", "a_b", "aB"),
        );
        for fields in [
            "#[serde(skip)] a: u8, #[serde(rename = \"a\")] b: u8",
            "#[serde(skip_serializing, default)] a: u8, #[serde(skip_deserializing, rename = \"a\")] b: u8",
            "#[serde(alias = \"a\", alias = \"b\")] a: u8",
        ] {
            accepted(&format!("enum E {{ A {{ {fields} }} }}"));
        }
    }
}

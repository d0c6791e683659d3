//! Shapes to TypeScript's types.

use super::ast::{Property, Type};
use super::names::{Naming, doc_lines};
use crate::model::{Field, Shape};

/// The type of a shape.
pub(super) fn convert(shape: &Shape, naming: &Naming) -> Type {
    let all = |shapes: &[Shape]| shapes.iter().map(|shape| convert(shape, naming)).collect();
    match shape {
        Shape::Any => Type::name("unknown"),
        Shape::Never => Type::name("never"),
        Shape::Null => Type::name("null"),
        Shape::Bool => Type::name("boolean"),
        Shape::Number { .. } => Type::name("number"),
        Shape::Text(_) => Type::name("string"),
        Shape::Literals(values) => Type::union(values.iter().cloned().map(Type::Literal).collect()),
        Shape::Open(values) => {
            let values = values.iter().cloned().map(Type::Literal);
            Type::union(values.chain([Type::OtherText]).collect())
        }
        Shape::Array(item) => Type::Array(Box::new(convert(item, naming))),
        Shape::Tuple(items) => Type::Tuple(all(items)),
        Shape::Map(value) => Type::Map(Box::new(convert(value, naming))),
        Shape::Object(fields) => {
            Type::Object(fields.iter().map(|field| property(field, naming)).collect())
        }
        Shape::Union(shapes) => Type::union(flat_union(all(shapes))),
        Shape::All(shapes) => Type::Intersection(all(shapes)),
        Shape::Named(name) => Type::Name(naming.of(name)),
        Shape::Root => Type::name(naming.root.as_str()),
    }
}

/// Several literals are a union of their own; in a larger one they are members like the others.
fn flat_union(types: Vec<Type>) -> Vec<Type> {
    types
        .into_iter()
        .flat_map(|ty| match ty {
            Type::Union(types) => types,
            other => vec![other],
        })
        .collect()
}

fn property(field: &Field, naming: &Naming) -> Property {
    Property {
        docs: docs(field),
        name: field.name.clone(),
        optional: field.optional,
        ty: convert(&field.shape, naming),
    }
}

/// The doc comment and what the type cannot say.
fn docs(field: &Field) -> Vec<String> {
    let mut docs = doc_lines(&field.docs);
    let mut tags = Vec::new();
    for shape in field.shape.clone().alternatives() {
        match shape {
            Shape::Text(Some(format)) => tags.push(format!("@format {format}")),
            Shape::Number { wide: true } => tags.push(
                "@remarks An integer that may exceed 2^53 - 1, beyond which JavaScript rounds."
                    .to_owned(),
            ),
            _ => {}
        }
    }
    tags.extend(field.since.map(|version| format!("@since v{version}")));
    if field.deprecated {
        tags.push("@deprecated".to_owned());
    }
    if !docs.is_empty() && !tags.is_empty() {
        docs.push(String::new());
    }
    docs.extend(tags);
    docs
}

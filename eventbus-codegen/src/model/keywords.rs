//! Which keywords of JSON Schema are expressed in a shape, and which need not be.

/// Keywords that shapes are made of.
const SHAPE: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "enum",
    "items",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
    "required",
    "type",
];

/// Keywords that describe.
const ANNOTATION: &[&str] = &[
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "contentEncoding",
    "contentMediaType",
    "default",
    "deprecated",
    "description",
    "examples",
    "format",
    "readOnly",
    "title",
    "writeOnly",
];

/// Keywords that narrow the values of a shape without changing it; validators check them, types cannot.
const LIMIT: &[&str] = &[
    "contains",
    "dependentRequired",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "propertyNames",
    "unevaluatedProperties",
    "uniqueItems",
];

/// Keywords that hold a schema.
pub(crate) const ONE: &[&str] = &[
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedProperties",
];

/// Keywords that hold a list of schemas.
pub(crate) const LIST: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords that hold schemas by name.
pub(crate) const BY_NAME: &[&str] = &["patternProperties", "properties"];

/// Whether a shape is right although it says nothing of `keyword`.
pub(super) fn is_expressed(keyword: &str) -> bool {
    keyword.starts_with("x-")
        || [SHAPE, ANNOTATION, LIMIT].iter().any(|known| known.contains(&keyword))
}

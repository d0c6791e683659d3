//! The JSON Schema of a payload, from a generator of its own.

use std::borrow::Cow;
use std::cell::RefCell;

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::catalog::Document;

/// The schema of a payload type from a fresh generator, so that no other type's edit reaches it.
///
/// Nested types stay under `$defs` by name: inlined, they would lose the names that TypeScript needs for them. A
/// definition that got a number because two types have one name says so under
/// [`Document::NUMBERED`].
#[must_use]
pub fn schema_of<T: JsonSchema>(contract: Contract) -> Schema {
    let mut schema = generator(&contract).into_root_schema_for::<T>();
    let names: Vec<String> = definitions(&schema).map(str::to_owned).collect();
    for (name, base) in names.iter().filter_map(|name| Some((name, base_of(name, &names)?))) {
        let mut again = generator(&contract);
        reserve(&mut again, name);
        let again = again.into_root_schema_for::<T>();
        // With its name taken, a type of that very name gets a number after it; any other gets another number.
        let mut new = definitions(&again).filter(|other| !names.iter().any(|name| name == other));
        let is_own = new.any(|other| is_numbered(other, name));
        if !is_own && let Some(definition) = schema.pointer_mut(&format!("/$defs/{name}")) {
            mark(definition, base);
        }
    }
    schema
}

/// The same schema, whose properties say under which other names they are read and may be stored.
pub(crate) fn with_names(mut schema: Schema, names: &[&[&str]]) -> Schema {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return schema };
    for names in names {
        let Some(own) = names.iter().find(|name| properties.contains_key(**name)) else { continue };
        let property = properties.entry(*own).or_insert(Value::Bool(true));
        if *property == Value::Bool(true) {
            *property = Value::Object(Map::new());
        }
        if let Value::Object(keys) = property {
            let others: Vec<&str> = names.iter().copied().filter(|name| name != own).collect();
            keys.insert(Document::ALIASES.to_owned(), Value::from(others));
        }
    }
    schema
}

fn generator(contract: &Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.contract = contract.clone();
    });
    settings.into_generator()
}

fn definitions(schema: &Schema) -> impl Iterator<Item = &str> {
    let definitions = schema.get("$defs").and_then(Value::as_object);
    definitions.into_iter().flat_map(|definitions| definitions.keys().map(String::as_str))
}

/// The longest of `names` that `name` is with a number after it.
fn base_of<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    let bases = names.iter().map(String::as_str).filter(|base| is_numbered(name, base));
    bases.max_by_key(|base| base.len())
}

fn is_numbered(name: &str, base: &str) -> bool {
    name.strip_prefix(base).is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn mark(definition: &mut Value, base: &str) {
    if *definition == Value::Bool(true) {
        *definition = Value::Object(Map::new());
    }
    if let Value::Object(keys) = definition {
        keys.insert(Document::NUMBERED.to_owned(), Value::from(base));
    }
}

thread_local! {
    /// What [`Reserved`] is called; schemars asks a type for its name, and types are not made at run time.
    static RESERVED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes `name`, so that the generator gives it to no type.
fn reserve(generator: &mut SchemaGenerator, name: &str) {
    RESERVED.set(name.to_owned());
    generator.subschema_for::<Reserved>();
}

struct Reserved;

impl JsonSchema for Reserved {
    fn schema_name() -> Cow<'static, str> {
        RESERVED.with_borrow(|name| Cow::Owned(name.clone()))
    }

    fn schema_id() -> Cow<'static, str> {
        Cow::Borrowed("eventbus_runtime::catalog::Reserved")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use schemars::generate::Contract;

    use super::schema_of;
    use crate::catalog::Document;

    mod other {
        #[derive(schemars::JsonSchema)]
        #[expect(dead_code, reason = "only its schema is looked at")]
        pub(super) struct Address {
            street: String,
        }
    }

    #[derive(JsonSchema)]
    struct Address {}

    #[derive(JsonSchema)]
    struct Address2 {}

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Own {
        first: Address,
        second: Address2,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Clash {
        first: Address,
        second: other::Address,
        third: Address2,
    }

    #[test]
    fn only_a_number_of_schemars_is_marked() {
        let marks = |schema: schemars::Schema| -> Vec<(String, Option<String>)> {
            let definitions = schema.get("$defs").unwrap().as_object().unwrap();
            let mark =
                |keys: &serde_json::Value| Some(keys.get(Document::NUMBERED)?.as_str()?.to_owned());
            definitions.iter().map(|(name, keys)| (name.clone(), mark(keys))).collect()
        };
        let entry = |name: &str, base: Option<&str>| (name.to_owned(), base.map(str::to_owned));
        let own = marks(schema_of::<Own>(Contract::Serialize));
        assert_eq!(own, [entry("Address", None), entry("Address2", None)]);
        let clash = marks(schema_of::<Clash>(Contract::Serialize));
        let numbered = |name, base| entry(name, Some(base));
        let wanted = [
            entry("Address", None),
            numbered("Address2", "Address"),
            numbered("Address22", "Address2"),
        ];
        assert_eq!(clash, wanted);
    }
}

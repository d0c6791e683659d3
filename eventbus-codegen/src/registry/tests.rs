use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::{Baseline, Catalog, Registry, files, merge};
use crate::output::Content;

/// A shop with one group, whose `order.placed` is at `version` with `schema` as both contracts.
pub(crate) fn shop(version: u32, schema: &Value) -> Catalog {
    let leaf = json!({
        "type": "order.placed", "version": version, "rustPath": "shop::OrderPlaced",
        "docs": "A customer's order.", "aggregateId": "order_id",
        "reader": schema, "writer": schema,
    });
    let order = json!({
        "rustPath": "shop::OrderEvent", "docs": "", "prefix": "order", "members": [{"leaf": leaf}],
    });
    serde_json::from_value(json!({ "format": 1, "root": {
        "rustPath": "shop::ShopEvent", "docs": "All of it.", "prefix": "",
        "members": [{"group": order}],
    }}))
    .unwrap()
}

pub(crate) fn registry(schema: &Value) -> Registry {
    merge(&shop(1, schema), &Baseline::default()).unwrap()
}

fn object(field: &str) -> Value {
    json!({"type": "object", "properties": {field: {"type": "string"}}, "required": [field]})
}

/// A registry with one version of the shop's event.
pub(crate) fn holding(version: u32, text: &str) -> Baseline {
    let files = [(format!("order.placed/v{version}.json"), text.to_owned())];
    Baseline::parse(files.into(), Path::new("schemas")).unwrap()
}

fn paths(registry: &Registry) -> Vec<String> {
    files(registry, "schemas", &BTreeMap::new()).into_iter().map(|file| file.path).collect()
}

#[test]
fn a_type_has_one_file_per_version_and_one_of_facts() {
    let registry = registry(&object("id"));
    let wanted = [
        "schemas/catalog.json",
        "schemas/order/group.json",
        "schemas/order.placed/event.json",
        "schemas/order.placed/v1.json",
    ];
    assert_eq!(paths(&registry), wanted);
    let schemas = registry.events["order.placed"].current().schemas().unwrap();
    assert_eq!(schemas.reader["$id"], "order.placed/v1.json");
    assert_eq!(schemas.writer["$id"], "order.placed/v1.writer.json");
    assert_eq!(schemas.writer["required"], json!(["id"]));
}

#[test]
fn an_older_version_is_kept_byte_for_byte() {
    let registry = merge(&shop(2, &object("id")), &holding(1, "{ \"by\": \"hand\" }")).unwrap();
    let event = &registry.events["order.placed"];
    assert_eq!(event.versions[&1].text, "{ \"by\": \"hand\" }");
    assert_eq!(event.current().schemas().unwrap().reader["$id"], "order.placed/v2.json");
    assert!(paths(&registry).contains(&"schemas/order.placed/v1.json".to_owned()));
}

#[test]
fn a_version_does_not_go_back() {
    let error = merge(&shop(2, &object("id")), &holding(3, "{}")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`order.placed` is at version 2 in the code, but the registry has 3"
    );
}

#[test]
fn no_events_is_an_error() {
    let mut document = shop(1, &object("id"));
    document.root.members.clear();
    let error = merge(&document, &Baseline::default()).unwrap_err();
    assert_eq!(error.to_string(), "`shop::ShopEvent` holds no events");
}

#[test]
fn one_name_for_two_events_names_both() {
    let mut document = shop(1, &object("id"));
    let again = document.root.members[0].clone();
    document.root.members.push(again);
    let error = merge(&document, &Baseline::default()).unwrap_err();
    let wanted = "`shop::OrderPlaced` and `shop::OrderPlaced` are both named `order.placed`";
    assert_eq!(error.to_string(), wanted);
}

#[test]
fn a_fact_stands_in_the_file_where_its_author_stated_it() {
    let event_json = |document: &Catalog| -> Value {
        let registry = merge(document, &Baseline::default()).unwrap();
        let files = files(&registry, "schemas", &BTreeMap::new());
        let file = files.into_iter().find(|file| file.path.ends_with("event.json")).unwrap();
        let Content::Generated(text) = file.content else { panic!("facts are never frozen") };
        serde_json::from_str(&text).unwrap()
    };
    let silent = shop(1, &object("id"));
    let keys = event_json(&silent).as_object().unwrap().len();
    assert_eq!(keys, 6);
    let said = json!({
        "aggregate": "cart", "compat": {"mode": "full", "reviewed": "agreed"}, "deprecated": "",
        "eventKey": "number", "opaque": ["note"], "tenantId": "tenant",
    });
    let mut document = serde_json::to_value(&silent).unwrap();
    let leaf = document.pointer_mut("/root/members/0/group/members/0/leaf").unwrap();
    leaf.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    let file = event_json(&serde_json::from_value(document).unwrap());
    for (key, value) in said.as_object().unwrap() {
        assert_eq!(&file[key], value, "{key}");
    }
    assert_eq!(file.as_object().unwrap().len(), keys + 6);
}

//! A change in Rust for each rule: through the derive, schemars and the check, with what it says kept beside it.
//!
//! The macro makes two crates' worth of events of each file, `old` and `new`. `EVENTBUS_BLESS=1` writes the findings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use eventbus_runtime::Document;
use serde_json::{Value, json};

/// Rules that no change of one event in Rust leads to, and what proves them instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("EV002", "a_group_is_new"),
    ("EV005", "codegen: evolution"),
    ("EV009", "a_type_that_moved_is_found"),
    ("EV014", "codegen: check"),
    ("EV015", "ui: does not compile"),
    ("EV026", "codegen: given_up"),
    ("EV027", "codegen: unread"),
    ("EV029", "codegen: released"),
    ("EV106", "codegen: former_shapes"),
    ("EV125", "codegen: former_shapes"),
];

/// What is found between two catalogs, each witness held against both contracts.
pub(crate) fn found(id: &str, [old, new]: &[Document; 2]) -> Vec<Value> {
    let (findings, files) = eventbus_codegen::testing::findings(old, new).expect("two registries");
    let findings = findings.as_array().expect("a list").clone();
    findings.iter().for_each(|finding| hold(id, finding, &files, new));
    findings
}

/// What is found, in short: the rule, the verdict, the pointer, and whom it breaks. That the payload's path in Rust is
/// another is left out.
pub(crate) fn verdicts(documents: [Document; 2]) -> Vec<String> {
    let findings = found("a change", &documents);
    let others = findings.iter().filter(|finding| finding["rule"] != "EV008");
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let witnesses = finding["witnesses"].as_array().into_iter().flatten();
        let broken: Vec<&str> =
            witnesses.filter_map(|witness| witness["direction"].as_str()).collect();
        let words = [text("rule"), text("verdict"), text("pointer"), broken.join("+")];
        words.join(" ").trim_end().to_owned()
    };
    others.map(line).collect()
}

macro_rules! change {
    (
        old { $($old:tt)* } $(with { $($old_items:tt)* })?
        new { $($new:tt)* } $(with { $($new_items:tt)* })?
    ) => {
        $crate::rules::side! { old { $($old)* } { $($($old_items)*)? } }
        $crate::rules::side! { new { $($new)* } { $($($new_items)*)? } }

        pub(super) fn documents() -> [eventbus_runtime::Document; 2] {
            [old::document(), new::document()]
        }
    };
}

macro_rules! side {
    ($side:ident { $($events:tt)* } { $($items:tt)* }) => {
        #[allow(dead_code, unreachable_pub, unused_imports, reason = "a change is a crate of its own")]
        mod $side {
            use std::collections::{BTreeMap, BTreeSet};

            use eventbus_runtime::{DomainEvent, EventPayload};
            use schemars::JsonSchema;
            use serde::{Deserialize, Serialize};
            use uuid::Uuid;

            #[derive(Debug, Clone, DomainEvent)]
            pub enum ShopEvent {
                Order(OrderEvent),
            }

            #[derive(Debug, Clone, DomainEvent)]
            pub enum OrderEvent {
                $($events)*
            }

            $($items)*

            pub(super) fn document() -> eventbus_runtime::Document {
                let document: eventbus_runtime::Document = serde_json::from_str(&eventbus_runtime::__private::catalog_json(ShopEvent::CATALOG)).expect("a catalog");
                let decode: &eventbus_codegen::testing::Decode = &|samples, report| {
        eventbus_runtime::__private::decode_samples(
            samples,
            &|event_type, version, data| ShopEvent::from_data(event_type, version, data).map(drop),
            report,
        );
    };
                let rewrite: &eventbus_codegen::testing::Decode = &|samples, report| {
                    let again = &eventbus_runtime::__private::rewrite::<ShopEvent>;
                    eventbus_runtime::__private::rewrite_samples(samples, again, report);
                };
                eventbus_codegen::testing::refuse_untrue(&document, rewrite).expect("it writes what it says");
                eventbus_codegen::testing::observed(&document, decode).expect("what is said is true")
            }
        }
    };
}

pub(crate) use {change, side};

macro_rules! fixtures {
    ($($id:ident),* $(,)?) => {
        $(mod $id;)*

        /// Every fixture with the documents of both sides.
        fn fixtures() -> Vec<(&'static str, [Document; 2])> {
            vec![$((stringify!($id), $id::documents())),*]
        }
    };
}

fixtures! {
    ev001, ev003, ev004, ev006, ev007, ev008, ev010, ev011, ev012, ev013, ev016, ev017, ev018,
    ev019, ev020, ev021, ev022, ev023, ev024, ev025, ev028, ev030, ev101, ev102, ev103, ev104, ev105, ev107,
    ev108, ev109, ev110, ev111, ev112, ev113, ev114, ev115, ev116, ev117, ev118,
    ev119, ev120, ev121, ev122, ev123, ev124, ev126, ev201, ev202, ev203, ev204,
    ev205, ev206, ev207, ev208, ev209, ev210, ev211, ev212, ev213, ev214,
    ev215, ev216, ev301, ev302, ev303, ev304, ev305, ev306, ev307, ev308,
    ev309, ev310, ev311, ev312, ev313, ev314, ev315, ev401, ev402, ev403,
    ev404, ev405, ev406, ev407, ev408, ev409, ev410,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("compat/rules")
}

/// One line for each finding.
fn told(findings: &[Value]) -> String {
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let mut line = format!(
            "{} {:<4} {}{}: {} → {}
",
            text("rule"),
            text("verdict"),
            text("type"),
            text("pointer"),
            text("old"),
            text("new")
        );
        for witness in finding["witnesses"].as_array().into_iter().flatten() {
            let direction = witness["direction"].as_str().unwrap_or_default();
            line.push_str(&format!(
                "           not {direction}: {}
",
                witness["document"]
            ));
        }
        if let Some(reason) = finding["reason"].as_str() {
            line.push_str(&format!(
                "           {reason}
"
            ));
        }
        line
    };
    findings.iter().map(line).collect()
}

/// What a witness is: a document that the writer's contract allows and the reader's refuses.
fn hold(
    id: &str,
    finding: &Value,
    [before, after]: &[BTreeMap<String, String>; 2],
    new: &Document,
) {
    let file = |files: &BTreeMap<String, String>, version: &Value| -> Value {
        let path = format!("{}/v{version}.json", finding["type"].as_str().unwrap_or_default());
        serde_json::from_str(files.get(&path).unwrap_or_else(|| panic!("{id}: {path}")))
            .expect("JSON")
    };
    let accepts = |schema: &Value, document: &Value| {
        let options = jsonschema::options().should_validate_formats(true);
        options.build(&ranged(schema)).expect("a schema").is_valid(document)
    };
    for witness in finding["witnesses"].as_array().into_iter().flatten() {
        let old = file(before, &finding["version"]);
        let is_former = finding["rule"] == "EV012";
        let newer = if is_former {
            upcast(new, &finding["version"])
        } else {
            file(after, &finding["version"])
        };
        let (writer, reader) = match witness["direction"].as_str() {
            // What is stored may have a former name, and what is written has not.
            Some("backward") => (lenient(&old["x-eventbus-writer"]), &newer),
            _ => (newer["x-eventbus-writer"].clone(), &old),
        };
        let document = &witness["document"];
        assert!(accepts(&writer, document), "{id}: {document} is not written");
        assert!(!accepts(&lenient(reader), document), "{id}: {document} is read");
    }
}

/// The schema with what it says beyond JSON Schema in words of that: a field has one of its names and never two, and an
/// open enum has other variants.
fn lenient(schema: &Value) -> Value {
    let mut schema = match schema {
        Value::Array(items) => return items.iter().map(lenient).collect(),
        Value::Object(keys) => {
            Value::Object(keys.iter().map(|(key, value)| (key.clone(), lenient(value))).collect())
        }
        other => return other.clone(),
    };
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    for (name, property) in properties {
        let Some(aliases) = property["x-eventbus-aliases"].as_array() else { continue };
        let names: Vec<&str> =
            aliases.iter().filter_map(Value::as_str).chain([name.as_str()]).collect();
        let one = names.iter().map(|name| json!({ "required": [name] }));
        let none = json!({ "not": { "anyOf": one.clone().collect::<Value>() } });
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let is_required = required.iter().any(|other| *other == name);
        let choices: Vec<Value> = one.chain((!is_required).then_some(none)).collect();
        for alias in names.iter().filter(|alias| **alias != name) {
            schema["properties"][*alias] = property.clone();
        }
        let others: Value = required.into_iter().filter(|other| *other != name).collect();
        schema["required"] = others;
        let all = schema["allOf"].as_array().cloned().unwrap_or_default();
        let one = json!({ "oneOf": choices });
        schema["allOf"] = all.into_iter().chain([one]).collect();
    }
    let open = schema["x-extensible-enum"].clone();
    if open == true || open == "units" {
        let mut other = other_variant(&schema).unwrap_or_else(|| json!({ "type": "string" }));
        if open == "units" {
            other["additionalProperties"] = Value::Bool(false);
        }
        return json!({ "anyOf": [schema, other] });
    }
    schema
}

/// An object whose tag is none of those that an enum knows, where it has a tag inside its objects.
fn other_variant(schema: &Value) -> Option<Value> {
    let choices = schema["oneOf"].as_array()?;
    let mut properties = choices[0]["properties"].as_object()?.iter();
    let (tag, _) = properties.find(|(_, property)| property["const"].is_string())?;
    let known: Value =
        choices.iter().map(|choice| choice["properties"][tag]["const"].clone()).collect();
    let label = json!({ "type": "string", "not": { "enum": known } });
    Some(json!({ "type": "object", "required": [tag], "properties": { tag: label } }))
}

/// The schema with the limits of Rust's integers, which schemars leaves to `format`.
fn ranged(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(ranged).collect(),
        Value::Object(keys) => {
            let mut keys: serde_json::Map<String, Value> =
                keys.iter().map(|(key, value)| (key.clone(), ranged(value))).collect();
            let limits = match keys.get("format").and_then(Value::as_str) {
                Some("uint8") => (0, u64::from(u8::MAX)),
                Some("uint32") => (0, u64::from(u32::MAX)),
                Some("uint64") => (0, u64::MAX),
                Some("int32") => (i64::from(i32::MIN), 2_147_483_647),
                Some("int64") => (i64::MIN, 9_223_372_036_854_775_807),
                _ => return Value::Object(keys),
            };
            keys.insert("minimum".to_owned(), limits.0.into());
            keys.entry("maximum").or_insert(limits.1.into());
            Value::Object(keys)
        }
        other => other.clone(),
    }
}

/// What the new code reads of a former version.
fn upcast(new: &Document, version: &Value) -> Value {
    let catalog = serde_json::to_value(new).expect("JSON");
    let leaf = &catalog["root"]["members"][0]["group"]["members"][0]["leaf"];
    let upcasts = leaf["upcasts"].as_array().expect("it has some");
    let upcast = upcasts.iter().find(|upcast| upcast["version"] == *version).expect("one of them");
    upcast["reader"].clone()
}

#[test]
fn every_rule_names_its_change() {
    let bless = std::env::var_os("EVENTBUS_BLESS").is_some();
    let mut wrong = Vec::new();
    for (id, documents) in fixtures() {
        let findings = found(id, &documents);
        let rule = id.to_uppercase();
        if !findings.iter().any(|finding| finding["rule"] == rule.as_str()) {
            wrong.push(format!(
                "{rule} is not found:
{}",
                told(&findings)
            ));
        }
        let file = folder().join(format!("{id}.txt"));
        let told = told(&findings);
        if bless {
            fs::write(&file, &told).expect("the findings are written");
        } else if fs::read_to_string(&file).unwrap_or_default() != told {
            wrong.push(format!(
                "{} is not what is found now:
{told}",
                file.display()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.join(
            "
"
        )
    );
}

#[test]
fn every_rule_has_a_fixture_or_is_proven_elsewhere() {
    let own: BTreeSet<String> = fixtures().iter().map(|(id, _)| id.to_uppercase()).collect();
    let other: BTreeSet<String> = ELSEWHERE.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert!(own.is_disjoint(&other), "{own:?}");
    let output = std::process::Command::new(eventbus_tests::toolchain::program())
        .args(["explain", "--list"])
        .output()
        .expect("the toolchain starts");
    let listed = String::from_utf8(output.stdout).expect("UTF-8");
    let rules: BTreeSet<String> = listed.lines().map(|line| line[..5].to_owned()).collect();
    assert_eq!(own.union(&other).cloned().collect::<BTreeSet<_>>(), rules);
    let files =
        fs::read_dir(folder()).expect("the folder").map(|entry| entry.expect("a file").path());
    let sources = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    assert_eq!(sources.count(), own.len() + 1, "a file that `fixtures!` does not name");
}

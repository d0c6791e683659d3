//! What a change of the code adds to the migrations, and that what was applied goes on to be right.

use std::collections::BTreeMap;

use eventbus_runtime::{Document, migrations};
use eventbus_tests::toolchain::Fixture;
use serde_json::{Value, json};

use crate::cases::BOTH;
use crate::database::{self, Both};
use crate::versions;

fn names(files: &BTreeMap<String, String>) -> Vec<String> {
    let after = format!("{:04}", migrations::POSTGRES.len());
    files.keys().filter(|name| name[..4] > *after).map(|name| name[5..].to_owned()).collect()
}

#[test]
fn each_step_adds_files_for_what_it_changed_and_rewrites_none() {
    let documents = versions::documents();
    let step = |at: usize| (documents[at].clone(), BOTH);
    let [one, two, three] = [&[step(0)][..], &[step(0), step(1)], &[step(0), step(1), step(2)]]
        .map(database::migrations);
    let all = ["eventbus_types.sql", "eventbus_checks.sql", "eventbus_views.sql"];
    for place in 0..2 {
        let before = names(&one[place]);
        assert_eq!(before, all);
        assert_eq!(names(&two[place]), [all, all].concat());
        assert_eq!(names(&three[place]), [all, all, all].concat());
        for (name, text) in one[place].iter().chain(&two[place]) {
            assert_eq!(three[place].get(name), Some(text), "{name}");
        }
    }
    let last =
        |files: &[BTreeMap<String, String>; 2]| files[0].values().next_back().unwrap().clone();
    let views = last(&two);
    for part in ["DROP VIEW IF EXISTS \"order_placed\"", "CREATE VIEW \"order_placed_v1\""] {
        assert!(views.contains(part), "{part}: {views}");
    }
    assert!(!views.contains("CREATE FUNCTION"), "what the views stand on stays: {views}");
    assert!(!last(&three).contains("\"order_placed_v1\""), "a former version stays as it is");
}

#[tokio::test]
async fn events_of_every_version_are_taken_and_read_after_every_step() {
    let documents = versions::documents();
    let mut history: Vec<(Document, &str)> = vec![(documents[0].clone(), BOTH)];
    let both = Both::after(&history).await;
    let data = r#"{"order_id":"a","total":1.5,"items":[{"sku":"s"}],"price":{"cents":3}}"#;
    for answer in both.append("order.placed", 1, data).await {
        answer.unwrap();
    }
    let total = "SELECT count(*) FROM order_placed WHERE total = 1.5";
    assert_eq!((both.number(total).await, both.number_of_sqlite(total).await), (1, 1));

    history.push((documents[1].clone(), BOTH));
    both.migrate(&history).await;
    history.push((documents[2].clone(), BOTH));
    both.migrate(&history).await;
    for answer in both.append("order.placed", 1, data).await {
        answer.unwrap();
    }
    let total = total.replace("order_placed", "order_placed_v1");
    assert_eq!((both.number(&total).await, both.number_of_sqlite(&total).await), (2, 2));
    let former = r#"{"order_id":"a","total_cents":150,"items":[],"price":{"cents":3}}"#;
    for answer in both.append("order.placed", 2, former).await {
        answer.unwrap();
    }
    for answer in both.append("order.placed", 3, former).await {
        assert!(answer.unwrap_err().to_string().contains("channel"), "it is required by now");
    }
    let phone = former.replace("\"items\"", "\"channel\":\"web\",\"tel\":\"1\",\"items\"");
    for answer in both.append("order.placed", 3, &phone).await {
        answer.unwrap();
    }
    let told = "SELECT count(*) FROM order_placed WHERE phone = '1' AND total_cents = 150 AND parcels IS NULL";
    assert_eq!((both.number(told).await, both.number_of_sqlite(told).await), (1, 1));

    history.push((documents[2].clone(), ""));
    both.migrate(&history).await;
    let left = "SELECT count(*) FROM pg_class AS c WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' \
                OR relname = 'eventbus_shape'";
    assert_eq!(both.number(left).await, 0);
    let left = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace";
    assert_eq!(both.number(left).await, 0);
    let left = "SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'trigger') OR name = 'eventbus_shape'";
    assert_eq!(both.number_of_sqlite(left).await, 0);
    for answer in both.append("order.placed", 3, "[]").await {
        answer.unwrap();
    }
}

/// A document of one event, whose contracts are these.
fn one(version: u32, reader: &Value, writer: &Value) -> Document {
    let leaf = json!({
        "type": "a.b", "version": version, "rustPath": "a::B", "docs": "", "reader": reader, "writer": writer,
    });
    serde_json::from_value(json!({ "format": 1, "root": {
        "rustPath": "a::A", "docs": "", "prefix": "", "members": [{ "leaf": leaf }],
    }}))
    .unwrap()
}

#[tokio::test]
async fn a_field_that_a_reader_does_not_need_may_be_missing_and_one_that_is_only_written_may_be_anything()
 {
    let reader = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
        "required": ["a"]});
    let writer = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"},
        "c": {"type": "boolean"}}, "required": ["a", "b", "c"]});
    let both = Both::after(&[(one(1, &reader, &writer), BOTH)]).await;
    for data in [r#"{"a":1}"#, r#"{"a":1.0,"b":"x","c":true}"#, r#"{"a":1,"c":"no"}"#] {
        for answer in both.append("a.b", 1, data).await {
            answer.unwrap_or_else(|error| panic!("{data}: {error}"));
        }
    }
    for data in ["{}", r#"{"a":"1"}"#, r#"{"a":1,"b":null}"#, r#"{"a":1.5}"#] {
        for answer in both.append("a.b", 1, data).await {
            answer.expect_err(data);
        }
    }
}

const SHOP: &str = r#"//! Events.

use eventbus_runtime::DomainEvent;

/// Every event of the shop.
#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    /// A customer's order.
    Placed { order_id: String, total: i64 },
    /// Nobody wants it any more.
    Dropped { order_id: String },
}
"#;

const ASKED: &str = "[migrations]\npostgres = \"migrations/postgres\"\nsqlite = \"migrations/sqlite\"\n\
                     views = true\nchecks = true\n";

#[test]
fn runs_of_the_toolchain_emit_each_object_once() {
    let fixture = Fixture::new("sql-objects", SHOP);
    fixture.configure(ASKED);
    fixture.codegen();
    let texts = || -> BTreeMap<String, String> {
        fixture.generated().into_iter().map(|(file, (text, _))| (file, text)).collect()
    };
    let before = texts();
    fixture.run(&["codegen", "--check"]).succeeded();
    fixture.run(&["codegen", "--from-registry", "--check"]).succeeded();
    fixture.codegen();
    assert_eq!(texts(), before);

    // An optional field comes; a run is killed before its manifest, and the next one goes on.
    fixture.replace("src/lib.rs", "total: i64", "total: i64, coupon: Option<String>");
    let manifest = fixture.read("schemas/manifest.json");
    fixture.codegen();
    let after = texts();
    let added: Vec<&String> = after
        .keys()
        .filter(|file| file.starts_with("migrations/") && !before.contains_key(*file))
        .collect();
    let files = ["_eventbus_checks.sql", "_eventbus_views.sql"];
    assert!(
        added.len() == 4 && added.iter().all(|file| files.iter().any(|end| file.ends_with(end))),
        "{added:?}"
    );
    for file in &added {
        assert!(
            after[*file].contains("coupon") && !after[*file].contains("dropped"),
            "{}",
            after[*file]
        );
    }
    for (file, text) in before.iter().filter(|(file, _)| file.starts_with("migrations/")) {
        assert_eq!(&after[file], text, "{file}");
    }
    fixture.write("schemas/manifest.json", &manifest);
    fixture.codegen();
    assert_eq!(texts(), after);
    fixture.run(&["codegen", "--from-registry", "--check"]).succeeded();

    // An event goes.
    fixture.replace(
        "src/lib.rs",
        "    /// Nobody wants it any more.\n    Dropped { order_id: String },\n",
        "",
    );
    let purge =
        ["codegen", "--purged", "order.dropped", "--reason", "nothing of it was ever stored"];
    fixture.run(&purge).succeeded();
    let gone = texts();
    let added: Vec<&String> = gone
        .keys()
        .filter(|file| file.starts_with("migrations/") && !after.contains_key(*file))
        .collect();
    assert_eq!(added.len(), 4, "{added:?}");
    for file in added {
        let text = &gone[file];
        let drops = [
            "DROP VIEW IF EXISTS \"order_dropped\";",
            "WHERE type = 'order.dropped' AND version = 1;",
        ];
        assert!(drops.iter().any(|drop| text.contains(drop)) && !text.contains("CREATE"), "{text}");
    }
}

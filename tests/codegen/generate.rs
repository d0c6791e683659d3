use std::collections::BTreeMap;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

#[test]
fn everything_is_written_and_a_second_run_touches_nothing() {
    let fixture = Fixture::new("generate", SHOP);
    let printed = fixture.codegen();
    assert!(printed.contains("created schemas/order.placed/v1.json"), "{printed}");
    let first = fixture.generated();
    for file in [
        "schemas/catalog.json",
        "schemas/manifest.json",
        "schemas/_manifest/order.json",
        "schemas/_manifest/order.placed.json",
        "schemas/order/group.json",
        "schemas/order.placed/event.json",
        "schemas/order.placed/v1.json",
        "schemas/system.started/v1.json",
        "web/events.ts",
    ] {
        assert!(first.contains_key(file), "{file} is not among {:?}", first.keys());
    }
    assert!(first.values().all(|(text, _)| !text.contains('\r') && text.ends_with('\n')));

    let printed = fixture.codegen();
    assert!(printed.starts_with("0 created, 0 updated, 0 removed"), "{printed}");
    assert_eq!(fixture.generated(), first, "texts and times");
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
}

#[test]
fn two_machines_write_the_same_bytes() {
    let texts = |fixture: &Fixture| -> BTreeMap<String, String> {
        fixture.codegen();
        fixture.generated().into_iter().map(|(file, (text, _))| (file, text)).collect()
    };
    // One name for both: the crate's name is in the registry.
    let first = texts(&Fixture::new("same-bytes", SHOP));
    let second = texts(&Fixture::new("same-bytes", SHOP));
    assert_eq!(first, second);
}

#[test]
fn the_schema_holds_both_contracts() {
    let fixture = Fixture::new("contracts", SHOP);
    fixture.codegen();
    let schema: serde_json::Value =
        serde_json::from_str(&fixture.read("schemas/order.placed/v1.json")).unwrap();
    assert_eq!(schema["$id"], "order.placed/v1.json");
    let required = |schema: &serde_json::Value| schema["required"].as_array().unwrap().len();
    assert_eq!(required(&schema), 3, "a reader accepts a missing option");
    assert_eq!(required(&schema["x-eventbus-writer"]), 4, "a writer always writes it");
}

#[test]
fn typescript_names_what_rust_names() {
    let fixture = Fixture::new("typescript", SHOP);
    fixture.codegen();
    let text = fixture.read("web/events.ts");
    for wanted in [
        "export type Carrier = \"dhl\" | \"ups\";",
        "  readonly parts: readonly Item[];",
        "  readonly coupon: string | null;",
        "export type OrderPlacedEvent = Envelope & {",
        "export type ShopEvent = OrderEvent | SystemEvent;",
    ] {
        assert!(text.contains(wanted), "{wanted}\nis not in\n{text}");
    }
}

#[test]
fn a_family_may_have_a_file_of_its_own_and_loses_it_again() {
    let fixture = Fixture::new("split", SHOP);
    let web = |fixture: &Fixture| -> Vec<String> {
        fixture.codegen();
        assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
        fixture.generated().into_keys().filter(|path| path.starts_with("web/")).collect()
    };
    fixture.configure("[typescript]\nout = \"web\"\nsplit = true\n");
    let split = ["web/_runtime.ts", "web/index.ts", "web/order.ts", "web/system.ts"];
    assert_eq!(web(&fixture), split);
    fixture.configure("[typescript]\nout = \"web\"\n");
    assert_eq!(web(&fixture), ["web/events.ts", "web/index.ts"]);
    fixture.configure("[typescript]\nout = \"web/events.ts\"\nsplit = true\n");
    fixture.run(&["codegen"]).refused(&["eventbus.toml:3", "`split` asks for several"]);
}

#[test]
fn a_new_version_freezes_the_old_one() {
    let fixture = Fixture::new("bump", SHOP);
    fixture.codegen();
    let before = fixture.read("schemas/order.placed/v1.json");
    fixture.replace(
        "src/lib.rs",
        "    /// A customer's order.",
        "    #[event(version = 2, unreadable(1), compat(reviewed = \"none is stored\"))]",
    );
    fixture.replace("src/lib.rs", "total_cents: i64", "total: i64");
    let printed = fixture.codegen();
    assert_eq!(fixture.read("schemas/order.placed/v1.json"), before);
    assert!(fixture.read("schemas/order.placed/v2.json").contains("\"total\""));
    assert!(fixture.read("web/events.ts").contains("readonly dataversion: 2;"));
    assert!(printed.contains("_eventbus_types.sql"), "{printed}");

    fixture.replace("schemas/order.placed/v1.json", "total_cents", "cents");
    let run = fixture.run(&["codegen"]);
    run.refused(&["`schemas/order.placed/v1.json` was edited by hand", "git checkout -- "]);
    let check = fixture.run(&["codegen", "--check"]);
    let wanted = "    edited schemas/order.placed/v1.json\n1 file is not up to date";
    assert!(check.stdout.contains(wanted), "{}", check.stdout);
    std::fs::remove_file(fixture.path("schemas/order.placed/v1.json")).unwrap();
    let check = fixture.run(&["codegen", "--check"]);
    let wanted = "   deleted schemas/order.placed/v1.json\n1 file is not up to date";
    assert!(check.stdout.contains(wanted), "{}", check.stdout);
}

/// Two types of one name, the second in a module of its own, as a payload with `fields`.
fn of_one_name(tree: &str) -> String {
    format!(
        "{SHOP}
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Address {{ pub city: String }}
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Address2 {{ pub zip: String }}
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Tree {{ pub below: Vec<Tree> }}
        pub mod other {{
            #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
            pub struct {tree} {{ pub leaves: Vec<{tree}> }}
        }}"
    )
    .replace(
        "Started { host: String }",
        &format!(
            "Started {{ first: Address, second: Address2, tree: Tree, other: other::{tree} }}"
        ),
    )
}

#[test]
fn a_number_of_the_users_own_stays_and_one_name_for_two_recursive_types_is_refused() {
    let fixture = Fixture::new("own-number", &of_one_name("Tree2"));
    fixture.codegen();
    let text = fixture.read("web/events.ts");
    for wanted in ["Address", "Address2", "Tree", "Tree2"] {
        assert!(text.contains(&format!("export type {wanted} = {{")), "{wanted} is not in\n{text}");
    }
    fixture.write("src/lib.rs", &of_one_name("Tree"));
    let parts = ["SystemStarted` share a name, and `Tree` contains itself", "schemars(rename"];
    fixture.run(&["codegen"]).refused(&parts);
}

#[test]
fn enums_of_one_name_are_told_apart_by_the_remedies() {
    let module = |name: &str, payload: &str, group: &str| {
        format!(
            "pub mod {name} {{
                #[derive(Debug, Clone, eventbus_runtime::DomainEvent)]
                pub enum {group} {{ {payload} Created {{ {name}: String }} }}
            }}"
        )
    };
    let source = |user: &str| {
        format!(
            "{}{user}
            #[derive(Debug, Clone, eventbus_runtime::DomainEvent)]
            pub enum ShopEvent {{ Order(order::Event), User(user::UserEvent) }}",
            module("order", "", "Event"),
        )
    };
    let aliased = |payload: &str| {
        let user = module("user", payload, "Event");
        source(&user).replace("user::UserEvent", "user::Event")
    };
    let fixture = Fixture::new("one-name", &aliased(""));
    let payload = "#[event(payload = \"UserCreated\")]";
    fixture.run(&["codegen"]).refused(&["two types are both `Created`", payload]);
    fixture.write("src/lib.rs", &aliased(payload));
    let parts = ["two types are both `Event`", "rename the enum `fixture_one_name::user::Event`"];
    fixture.run(&["codegen"]).refused(&parts);
    fixture.write("src/lib.rs", &source(&module("user", payload, "UserEvent")));
    fixture.codegen();
}

use std::path::Path;

use eventbus_runtime::migrations::RowLevelSecurity;

use super::{Config, Entry, Events, Extensions, Published, Source, Tenants, TypeScript};
use crate::diagnostic::Error;

fn parse(text: &str) -> Result<Config, Error> {
    Config::parse(text, Path::new("shop/eventbus.toml"), false)
}

fn source(config: Config) -> Source {
    let Events::Of(source) = config.events else { panic!("it names its events") };
    source
}

fn refusal(text: &str) -> (String, Option<usize>, String) {
    let error = parse(text).unwrap_err();
    let line = error.place().unwrap().line;
    (error.to_string(), line, error.remedies().join(" "))
}

#[test]
fn the_root_is_enough() {
    let config = parse("root = \"shop_events::ShopEvent\"").unwrap();
    assert_eq!(config.schemas, "schemas");
    assert_eq!(config.postgres, None);
    assert!(!config.views && !config.checks);
    assert_eq!(config.typescript, None);
    assert_eq!(config.folder(), Path::new("shop"));
    assert_eq!(source(config).entry, Entry::Root("shop_events::ShopEvent".to_owned()));
}

#[test]
fn every_key_is_read() {
    let config = parse(
        "root = \"a::B\"\npackage = \"a\"\nschemas = \"./events/\"\n\
         [migrations]\npostgres = \"m/pg\"\nsqlite = \"m/lite\"\nreversible = true\nviews = true\nchecks = true\n\
         [typescript]\nout = \"../web/events/\"\nreadonly = false\nsplit = true\nextensions = \"ts\"\n\
         [asyncapi]\nout = \"docs/asyncapi.json\"\ntitle = \"Our events\"\n\
         [page]\nout = \"docs/events.html\"\ntitle = \"Our events\"\n\
         [markdown]\nout = \"docs/events.md\"\n",
    )
    .unwrap();
    assert_eq!(config.schemas, "events");
    assert_eq!(config.postgres.as_deref(), Some("m/pg"));
    assert_eq!(config.sqlite.as_deref(), Some("m/lite"));
    assert!(config.reversible);
    assert!(config.views && config.checks);
    let wanted = TypeScript {
        out: "../web/events".to_owned(),
        readonly: false,
        split: true,
        extensions: Extensions::Ts,
    };
    assert_eq!(config.typescript, Some(wanted));
    let published =
        |out: &str, title: &str| Some(Published { out: out.to_owned(), title: title.to_owned() });
    let asyncapi = config.asyncapi.clone().unwrap();
    assert_eq!(
        (asyncapi.out.as_str(), asyncapi.options.version.as_str()),
        ("docs/asyncapi.json", "1.0.0")
    );
    assert_eq!(asyncapi.options.title.as_deref(), Some("Our events"));
    assert_eq!(config.page, published("docs/events.html", "Our events"));
    assert_eq!(config.markdown, published("docs/events.md", "Event catalog"));
    assert_eq!(source(config).package.as_deref(), Some("a"));
}

#[test]
fn the_manifest_is_another_place_for_it() {
    let manifest = "[package]\nname = \"a\"\n[package.metadata.eventbus]\nroot = \"a::B\"\n";
    let found = source(Config::parse(manifest, Path::new("Cargo.toml"), false).unwrap());
    assert_eq!((found.entry, found.line), (Entry::Root("a::B".to_owned()), 4));
}

#[test]
fn an_unknown_key_names_its_line_and_a_near_one() {
    let (message, line, remedy) = refusal("root = \"a::B\"\n\nshemas = \"x\"\n");
    assert_eq!(message, "unknown key `shemas`");
    assert_eq!(line, Some(3));
    assert_eq!(remedy, "did you mean `schemas`?");

    let (message, line, remedy) = refusal("root = \"a::B\"\n[migrations]\nmysql = \"x\"\n");
    assert_eq!(message, "unknown key `migrations.mysql`");
    assert_eq!(line, Some(3));
    assert_eq!(
        remedy,
        "the known keys are `postgres`, `sqlite`, `reversible`, `views`, `checks`, `tenants`"
    );

    let (message, line, remedy) = refusal("root = \"a::B\"\n[page]\nout = \"x\"\ntitel = \"x\"\n");
    assert_eq!((message.as_str(), line), ("unknown key `page.titel`", Some(4)));
    assert_eq!(remedy, "did you mean `title`?");
    let (message, _, remedy) = refusal("root = \"a::B\"\n[markdwon]\nout = \"x\"\n");
    assert_eq!(
        (message.as_str(), remedy.as_str()),
        ("unknown key `markdwon`", "did you mean `markdown`?")
    );
}

#[test]
fn a_wrong_value_names_its_line() {
    assert_eq!(refusal("root = 1").0, "`root` must be a string");
    assert_eq!(refusal("root = \"ShopEvent\"").0, "`root` is not the path of an enum: `ShopEvent`");
    assert_eq!(refusal("schemas = \"x\"").0, "`root` is missing");
    let (message, _, remedy) = refusal("root = \"a::B\"\n[markdown]\n");
    assert_eq!(message, "`markdown.out` is missing");
    assert_eq!(remedy, "name the file to write: out = \"docs/events.md\"");
    let (message, line, _) = refusal("root = \"a::B\"\n[typescript]\nout = \"e.ts\"\nreadonly = 1");
    assert_eq!((message.as_str(), line), ("`typescript.readonly` must be true or false", Some(4)));
    let (message, line, _) = refusal("root = \"a::B\"\nschemas = \"/etc\"");
    assert_eq!((message.as_str(), line), ("`schemas` is not a usable path: `/etc`", Some(2)));
}

#[test]
fn typescript_in_several_files_needs_a_folder() {
    let of = |lines: &str| parse(&format!("root = \"a::B\"\n[typescript]\n{lines}"));
    let found = of("out = \"web/events\"").unwrap().typescript.unwrap();
    assert_eq!((found.readonly, found.split, found.extensions), (true, false, Extensions::Js));
    assert!(!found.is_file());
    assert!(of("out = \"web/events.ts\"").unwrap().typescript.unwrap().is_file());

    for (lines, wanted, line) in [
        ("out = \"e.ts\"\nsplit = true", "is one file, and `split` asks for several: `e.ts`", 3),
        ("out = \"e.d.ts\"", "cannot hold validators: `e.d.ts`", 3),
        ("out = \"e\"\nextensions = \"mjs\"", "`typescript.extensions` is none of them: `mjs`", 4),
    ] {
        let error = of(lines).unwrap_err();
        assert!(error.to_string().contains(wanted), "{error}");
        assert_eq!(error.place().unwrap().line, Some(line));
        assert!(!error.remedies().is_empty());
    }
    assert_eq!(of("out = \"e\"\nsplitt = true").unwrap_err().remedies(), ["did you mean `split`?"]);
}

#[test]
fn broken_toml_names_its_line() {
    let (message, line, _) = refusal("root = \"a::B\"\nschemas = oops\n");
    assert!(message.starts_with("the file is not valid TOML: "), "{message}");
    assert_eq!(line, Some(2));
}

#[test]
fn a_program_is_another_way_to_name_the_events() {
    let found = source(parse("schemas = \"s\"\nexample = \"events\"").unwrap());
    assert_eq!((found.entry, found.line), (Entry::Example("events".to_owned()), 2));
    let found = source(parse("bin = \"events\"\npackage = \"shop\"").unwrap());
    assert_eq!(found.entry, Entry::Bin("events".to_owned()));
    let (message, line, _) = refusal("root = \"a::B\"\nbin = \"events\"");
    assert_eq!((message.as_str(), line), ("`bin` names the events a second time", Some(2)));
}

#[test]
fn a_workspaces_file_names_no_events_of_its_own() {
    let parse = |text: &str, file: &str| Config::parse(text, Path::new(file), true);
    let config = parse("schemas = \"events\"", "eventbus.toml").unwrap();
    assert_eq!((config.events, config.schemas.as_str()), (Events::OfMembers, "events"));
    let manifest = "[workspace.metadata.eventbus]\nschemas = \"events\"";
    assert_eq!(parse(manifest, "Cargo.toml").unwrap().schemas, "events");

    let error = parse("\nroot = \"a::B\"", "eventbus.toml").unwrap_err();
    assert_eq!(error.place().unwrap().line, Some(2));
    assert!(error.remedies().join(" ").contains("[package.metadata.eventbus]"));
    let error = parse("[package.metadata.eventbus]\nroot = \"a::B\"", "Cargo.toml").unwrap_err();
    assert!(error.to_string().contains("of a workspace"), "{error}");
}

#[test]
fn the_roles_of_tenants_have_defaults_and_are_checked() {
    let tenants = |text: &str| {
        parse(&format!("root = \"a::B\"\n[migrations]\npostgres = \"m\"\n{text}"))
            .map(|config| config.tenants)
    };
    assert_eq!(tenants("").unwrap(), Tenants::Unsaid);
    assert_eq!(tenants("tenants = false").unwrap(), Tenants::Together);
    let security = RowLevelSecurity::new();
    assert_eq!(tenants("[migrations.tenants]").unwrap(), Tenants::Apart(security.clone()));
    let named = "tenants = { emitter = \"shop\", pinned = { shop_acme = \"acme\" } }";
    let wanted = security.emitter("shop").pinned_emitter("shop_acme", "acme");
    assert_eq!(tenants(named).unwrap(), Tenants::Apart(wanted));
    for (text, part) in [
        ("tenants = true", "is a table, or `false`"),
        ("tenants = { relay = \"eventbus_emitter\" }", "named twice"),
        ("tenants = { emiter = \"a\" }", "unknown key `migrations.tenants.emiter`"),
        ("tenants = { pinned = { a = 1 } }", "`migrations.tenants.pinned.a` must be a string"),
    ] {
        assert!(tenants(text).unwrap_err().to_string().contains(part), "{text}");
    }
    let only_sqlite =
        parse("root = \"a::B\"\n[migrations]\nsqlite = \"m\"\n[migrations.tenants]\n");
    assert!(only_sqlite.unwrap_err().to_string().contains("only PostgreSQL has"));
}

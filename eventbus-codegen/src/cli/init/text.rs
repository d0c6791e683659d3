//! The configurations that `init` writes.

/// Everything but the root, with its default.
const OUTPUTS: &str = "\
# The registry: one file per event type and version, and a sample of each. Commit it.
# schemas = \"schemas\"

# Who must understand whom, where an event does not say so itself: full, backward, forward or none.
# compat = \"full\"

# SQL migrations in sqlx's format, one folder per database. Default: none.
# [migrations]
# postgres = \"migrations/postgres\"
# sqlite = \"migrations/sqlite\"
# Whether new migrations can be reverted: each has an `.up.sql` and a `.down.sql` then.
# reversible = false
# Whether each event type has a view with a column for each field.
# views = false
# Whether the log refuses payloads without what their schemas ask for.
# checks = false
# Row level security and its roles, on PostgreSQL. Default: none.
# [migrations.tenants]
# emitter = \"eventbus_emitter\"
# relay = \"eventbus_relay\"
# operator = \"eventbus_operator\"
# pinned = { eventbus_emitter_acme = \"acme\" }

# TypeScript types and validators. Default: none.
# [typescript]
# A folder, for `events.ts` and `index.ts`; or one file: \"web/src/events.ts\".
# out = \"web/src/events\"
# Whether properties and arrays are readonly.
# readonly = true
# Whether each family of events has a file of its own.
# split = false
# What follows the names of files in imports: js, ts or none.
# extensions = \"js\"

# An AsyncAPI 3 document: channels, messages and their schemas. Default: none.
# [asyncapi]
# out = \"docs/asyncapi.json\"
# title = \"Shop event\"          # the name of the root enum in words
# version = \"1.0.0\"             # the document's own

# A catalog of the events for people to read: one HTML file. Default: none.
# [page]
# out = \"docs/events.html\"
# title = \"Event catalog\"

# The same as Markdown. Default: none.
# [markdown]
# out = \"docs/events.md\"
# title = \"Event catalog\"
";

/// For the events of one package with this library.
pub(super) fn one_registry(package: &str, library: &str) -> String {
    let root = root_name(library);
    format!(
        "# What `cargo eventbus codegen` reads and writes. Paths are relative to this file's folder.\n\
         \n\
         # The outermost enum of your events, as a dependent crate would write its path. It must be `pub`.\n\
         # Where no library holds it, `example` or `bin` names a program of yours that says `catalog_main!`.\n\
         root = \"{library}::{root}\"\n\
         \n\
         # The package whose library holds it. Default: the one whose library the path begins with.\n\
         # package = \"{package}\"\n\
         \n\
         {OUTPUTS}"
    )
}

/// For the events of all packages of a workspace.
pub(super) fn shared_registry() -> String {
    format!(
        "# What `cargo eventbus codegen --workspace` writes, for all packages. Paths are relative to this file's folder.\n\
         # Each package that holds events names the outermost enum of its own in its Cargo.toml, as\n\
         # `root` below [package.metadata.eventbus].\n\
         \n\
         {OUTPUTS}"
    )
}

/// What a package of a workspace adds to its manifest.
pub(super) fn metadata(library: &str) -> String {
    format!("\n    [package.metadata.eventbus]\n    root = \"{library}::{}\"", root_name(library))
}

/// A guess at the enum's name: `shop_events` holds a `ShopEvent`.
fn root_name(library: &str) -> String {
    let stem = library.trim_end_matches("_events").trim_end_matches("_event");
    let words = stem.split('_').map(|word| {
        let mut chars = word.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    });
    format!("{}Event", words.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{metadata, one_registry, root_name, shared_registry};
    use crate::config::{Config, Entry, Events, Extensions, Source, TypeScript};

    fn parse(text: &str, workspace: bool) -> Config {
        Config::parse(text, Path::new("eventbus.toml"), workspace).unwrap()
    }

    fn source(config: Config) -> Source {
        let Events::Of(source) = config.events else { panic!("it names its events") };
        source
    }

    fn uncommented(text: &str) -> String {
        let line = |line: &str| {
            let bare = line.strip_prefix("# ");
            let bare = bare.filter(|rest| rest.contains(" = ") || rest.starts_with('['));
            format!("{}\n", bare.unwrap_or(line))
        };
        text.lines().map(line).collect()
    }

    #[test]
    fn the_written_file_is_a_valid_configuration() {
        let config = parse(&one_registry("shop-events", "shop_events"), false);
        assert_eq!(config.schemas, "schemas");
        assert_eq!(source(config).entry, Entry::Root("shop_events::ShopEvent".to_owned()));
        assert_eq!(parse(&shared_registry(), true).events, Events::OfMembers);
    }

    #[test]
    fn every_commented_option_is_valid_too() {
        let config = parse(&uncommented(&one_registry("shop-events", "shop_events")), false);
        assert_eq!(config.sqlite.as_deref(), Some("migrations/sqlite"));
        assert!(!config.views && !config.checks);
        let typescript = TypeScript {
            out: "web/src/events".to_owned(),
            readonly: true,
            split: false,
            extensions: Extensions::Js,
        };
        assert_eq!(config.typescript.as_ref(), Some(&typescript));
        let published = |config: &Config| {
            let both = [config.page.clone(), config.markdown.clone()];
            both.map(|one| one.map(|one| (one.out, one.title)))
        };
        let wanted = ["docs/events.html", "docs/events.md"]
            .map(|out| Some((out.to_owned(), "Event catalog".to_owned())));
        assert_eq!(published(&config), wanted);
        assert_eq!(source(config).package.as_deref(), Some("shop-events"));
        let shared = parse(&uncommented(&shared_registry()), true);
        assert_eq!(published(&shared), wanted);
        assert_eq!(shared.typescript, Some(typescript));
    }

    #[test]
    fn what_a_package_adds_is_a_root_of_its_library() {
        let manifest = metadata("web_shop");
        let config = Config::parse(&manifest, Path::new("Cargo.toml"), false).unwrap();
        assert_eq!(source(config).entry, Entry::Root("web_shop::WebShopEvent".to_owned()));
    }

    #[test]
    fn the_enum_is_guessed_from_the_library() {
        assert_eq!(root_name("shop_events"), "ShopEvent");
        assert_eq!(root_name("web_shop"), "WebShopEvent");
    }
}

//! The toolchain behind `cargo eventbus`: from derived domain events to everything that follows from them.
//!
//! ```text
//! derive ─► catalog ─► schemas/ (committed) ─┬► SQL migrations (PostgreSQL, SQLite)
//!                                            ├► TypeScript
//!                                            └► samples, which the code must go on decoding
//! ```
//!
//! [`cli::main`] is the whole program; the binary calls it and does nothing else.

mod canonical;
pub mod cli;
mod compat;
mod config;
mod decimal;
mod diagnostic;
mod discover;
mod emit;
mod format;
mod generate;
mod integers;
mod kinds;
mod migrations;
mod model;
mod output;
mod parallel;
mod pointer;
mod published;
mod registry;
mod rust_path;
mod samples;
mod shell;
mod text;

pub use crate::diagnostic::{Error, ErrorKind, Place, Result};

/// What the suites of this repository ask without a process of their own. Not for others: it changes without notice.
#[doc(hidden)]
pub mod testing {
    use std::collections::BTreeMap;
    use std::path::Path;

    use eventbus_runtime::{CompatMode, Document};
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use crate::compat::check;
    use crate::config::Config;
    use crate::discover::{self, Sample, observe};
    use crate::emit::reference::{Example, Examples, reference};
    use crate::emit::sql::{self, Database};
    use crate::emit::{asyncapi, markdown, page, typescript};
    use crate::generate::finish;
    use crate::output::{Artifact, Content, Manifest};
    use crate::registry::{Baseline, Catalog, Registry, files, merge, sample, sample_path};
    use crate::{Result, canonical, cli};

    /// What `cargo eventbus check` finds where `old` is what wrote the registry, as `--format json` prints it, with the
    /// registry's files before and after.
    ///
    /// # Errors
    /// Where one of them makes no registry.
    pub fn findings(
        old: &Document,
        new: &Document,
    ) -> Result<(Value, [BTreeMap<String, String>; 2])> {
        let [old, new] = [old, new].map(catalog);
        let before = written(&merge(&old, &Baseline::default())?);
        let baseline = Baseline::parse(before.clone(), Path::new("schemas"))?;
        let after = written(&merge(&new, &baseline)?);
        let mut registry = merge(&new, &baseline)?;
        let found = check(&baseline, &baseline, &mut registry, &new, CompatMode::Full)?;
        Ok((cli::findings(&found), [before, after]))
    }

    /// The TypeScript of the last of `documents`, when the code was what each of them says before, and the files of the
    /// registry. `options` are lines of the table `[typescript]`.
    ///
    /// # Errors
    /// Where they make no registry, or what is generated has two types of one name.
    pub fn typescript(
        documents: &[Document],
        options: &str,
    ) -> Result<[BTreeMap<String, String>; 2]> {
        let text = format!("root = \"crate::Root\"\n[typescript]\n{options}");
        let config = Config::parse(&text, Path::new("eventbus.toml"), false)?;
        let config = config.typescript.expect("the text has the table");
        let (registry, files) = grown(documents)?;
        let emitted = typescript::emit(&registry, &config)?;
        Ok([emitted.files.into_iter().collect(), files])
    }

    /// The migrations for PostgreSQL and for SQLite by their names, when the code was what each document of `history` says, one
    /// after the other, each with these lines of the table `[migrations]`.
    ///
    /// # Errors
    /// Where one of them makes no registry.
    pub fn migrations(history: &[(Document, &str)]) -> Result<[BTreeMap<String, String>; 2]> {
        let mut all = [const { BTreeMap::new() }; 2];
        let mut emitted = [const { Vec::new() }; 2];
        let mut files = BTreeMap::new();
        for (document, options) in history {
            let text = format!("root = \"crate::Root\"\n[migrations]\n{options}");
            let config = Config::parse(&text, Path::new("eventbus.toml"), false)?;
            let baseline = Baseline::parse(files.clone(), Path::new("schemas"))?;
            let registry = merge(&catalog(document), &baseline)?;
            files.extend(written(&registry));
            for (place, database) in [Database::Postgres, Database::Sqlite].into_iter().enumerate()
            {
                let objects = sql::objects(database, &registry, &config)?;
                let first = sql::next_number(all[place].keys().map(String::as_str));
                for new in sql::emit(database, &registry, &objects, &emitted[place], first) {
                    all[place].insert(new.emitted.file.clone(), new.text);
                    emitted[place].push(new.emitted);
                }
            }
        }
        Ok(all)
    }

    /// The AsyncAPI document of the last of `documents`, when the code was what each of them says before, with a sample of each
    /// version, and the files of the registry.
    ///
    /// # Errors
    /// Where they make no registry.
    pub fn asyncapi(documents: &[Document]) -> Result<(String, BTreeMap<String, String>)> {
        let options = asyncapi::Options { title: None, version: "1.0.0".to_owned() };
        let (registry, files) = grown(documents)?;
        let generated = asyncapi::emit(&registry, &made_up(&registry)?, &options)?;
        Ok((generated.text, files))
    }

    /// The catalog page and the Markdown reference of what `history` wrote, one document after the other, with a sample
    /// of each version.
    ///
    /// # Errors
    /// Where one of them makes no registry.
    pub fn published(history: &[Document], title: &str) -> Result<[String; 2]> {
        let (registry, _) = grown(history)?;
        let told = reference(&registry, &made_up(&registry)?)?;
        Ok([page::emit(&told, title), markdown::emit(&told, title)])
    }

    /// Every file beside the registry that `config`, the text of an `eventbus.toml`, asks for, when the code was what each of
    /// `history` says, one document after the other, with a sample of each version.
    ///
    /// # Errors
    /// Where one of them makes no registry, or `config` is none.
    pub fn generated(history: &[Document], config: &str) -> Result<BTreeMap<String, String>> {
        // Nothing stands in the folder of the configuration, and nothing is written to it.
        let config = Config::parse(config, Path::new("absent/eventbus.toml"), false)?;
        let (registry, _) = grown(history)?;
        let registry = registry.regrouped();
        let mut artifacts = files(&registry, &config.schemas, &BTreeMap::new());
        for ((name, version), examples) in made_up(&registry)? {
            let path = sample_path(&config.schemas, &name, version);
            let texts = examples.into_iter().map(|example| example.text);
            artifacts.extend(texts.map(|text| Artifact::generated(path.clone(), text)));
        }
        let generation = finish(&config, &registry, artifacts, &Manifest::default())?;
        let below = format!("{}/", config.schemas);
        let entries = generation.plan.entries.into_iter();
        let entries = entries.filter(|entry| !entry.path.starts_with(&below));
        Ok(entries.filter_map(|entry| Some((entry.path, entry.after?))).collect())
    }

    /// The registry of the last of `history`, when the code was what each of them says before, and every file that was
    /// written.
    fn grown(history: &[Document]) -> Result<(Registry, BTreeMap<String, String>)> {
        let mut files = BTreeMap::new();
        let mut last = None;
        for document in history {
            let baseline = Baseline::parse(files.clone(), Path::new("schemas"))?;
            let registry = merge(&catalog(document), &baseline)?;
            files.extend(written(&registry));
            last = Some(registry);
        }
        Ok((last.expect("a document is given"), files))
    }

    /// A sample of each version.
    fn made_up(registry: &Registry) -> Result<Examples> {
        let mut examples = Examples::new();
        for (name, event) in registry.events.iter().chain(&registry.gone) {
            for (version, content) in &event.versions {
                if let Some(value) = sample(&content.schemas()?.writer) {
                    let example = Example { name: String::new(), text: canonical::text(&value) };
                    examples.insert((name.clone(), *version), vec![example]);
                }
            }
        }
        Ok(examples)
    }

    /// The files of a registry, by their paths in it.
    fn written(registry: &Registry) -> BTreeMap<String, String> {
        let below = |file: Artifact| match file.content {
            Content::Generated(text) => {
                Some((file.path.strip_prefix("schemas/")?.to_owned(), text))
            }
            Content::Kept(_) => None,
        };
        files(registry, "schemas", &BTreeMap::new()).into_iter().filter_map(below).collect()
    }

    /// The document as the toolchain reads it.
    fn catalog(document: &Document) -> Catalog {
        let text = serde_json::to_string(document).expect("a document is JSON");
        serde_json::from_str(&text).expect("a document is one")
    }

    /// Refuses code that writes what its schemas do not describe; `rewrite`, which stands for it, reads and writes lines of
    /// samples, and reports a line for each.
    ///
    /// # Errors
    /// Where it does.
    pub fn refuse_untrue(document: &Document, rewrite: &Decode) -> Result<()> {
        discover::refuse_untrue(&catalog(document), &|samples| Ok(answers(rewrite, samples)))
            .map(drop)
    }

    /// What is reported of each sample.
    fn answers<T: DeserializeOwned>(ask: &Decode, samples: &[Sample<'_>]) -> Vec<T> {
        let mut answers = Vec::new();
        ask(&samples.iter().map(Sample::line).collect::<String>(), &mut |answer| {
            answers.extend(serde_json::from_str::<T>(answer));
        });
        answers
    }

    /// Decodes lines of samples, and reports a line for each.
    pub type Decode = dyn Fn(&str, &mut dyn FnMut(&str));

    /// The catalog as the toolchain reads it: the code, which `decode` stands for, has been asked which enums read what
    /// they do not know.
    ///
    /// # Errors
    /// Where the schema of one says so and it is not true.
    pub fn observed(document: &Document, decode: &Decode) -> Result<Document> {
        let mut catalog = catalog(document);
        observe(&mut catalog, &|samples| Ok(answers(decode, samples)))?;
        let text = serde_json::to_string(&catalog).expect("a catalog is JSON");
        Ok(serde_json::from_str(&text).expect("a catalog is a document"))
    }
}

//! The documents: the catalog page, the Markdown reference, and AsyncAPI.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::diagnostic::Result;
use crate::emit::reference::{Example, Examples, reference};
use crate::emit::{asyncapi, markdown, page};
use crate::output::{Artifact, Content};
use crate::registry::{Registry, Samples, sample_path};

/// What is published of a registry.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// The documents.
    pub(crate) artifacts: Vec<Artifact>,
    /// What could not be expressed.
    pub(crate) warnings: Vec<String>,
}

/// The documents that `config` asks for. Samples that are about to be written are among `files`.
pub(crate) fn artifacts(
    config: &Config,
    registry: &Registry,
    files: &[Artifact],
) -> Result<Published> {
    let mut published = Published::default();
    let Config { asyncapi, page, markdown, .. } = config;
    if asyncapi.is_none() && page.is_none() && markdown.is_none() {
        return Ok(published);
    }
    let examples = examples(config, registry, files)?;
    let mut add = |out: &str, text| {
        published.artifacts.push(Artifact::generated(out.to_owned(), text));
    };
    if let Some(wanted) = asyncapi {
        let generated = asyncapi::emit(registry, &examples, &wanted.options)?;
        add(&wanted.out, generated.text);
        published.warnings = generated.warnings;
    }
    if page.is_some() || markdown.is_some() {
        let told = reference(registry, &examples)?;
        if let Some(wanted) = page {
            add(&wanted.out, page::emit(&told, &wanted.title));
        }
        if let Some(wanted) = markdown {
            add(&wanted.out, markdown::emit(&told, &wanted.title));
        }
    }
    Ok(published)
}

/// The samples of each version: what people wrote down first, and then what the toolchain made up.
fn examples(config: &Config, registry: &Registry, files: &[Artifact]) -> Result<Examples> {
    let mut examples = Examples::new();
    let stored = Samples::read(config.folder(), &config.schemas)?.stored;
    let mut own: BTreeMap<&str, &str> = BTreeMap::new();
    for sample in &stored {
        if sample.is_own() {
            own.insert(&sample.path, &sample.text);
            continue;
        }
        let key = (sample.event_type.clone(), sample.version);
        let name = called(&sample.path, sample.version).to_owned();
        examples.entry(key).or_default().push(Example { name, text: sample.text.clone() });
    }
    // What is written anew is not what was read.
    for file in files {
        if let Content::Generated(text) = &file.content {
            own.insert(&file.path, text);
        }
    }
    for (event_type, event) in registry.events.iter().chain(&registry.gone) {
        for version in event.versions.keys() {
            let path = sample_path(&config.schemas, event_type, *version);
            if let Some(text) = own.get(path.as_str()) {
                let made = Example { name: String::new(), text: (*text).to_owned() };
                examples.entry((event_type.clone(), *version)).or_default().push(made);
            }
        }
    }
    Ok(examples)
}

/// `with-coupon` of `.../v2.with-coupon.json`.
fn called(path: &str, version: u32) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    let name = file.strip_prefix(&format!("v{version}.")).unwrap_or(file);
    name.strip_suffix(".json").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::called;

    #[test]
    fn an_example_is_called_as_its_file_is() {
        assert_eq!(called("schemas/a.b/samples/v2.with-coupon.json", 2), "with-coupon");
        assert_eq!(called("schemas/a.b/samples/v12.a.b.json", 12), "a.b");
    }
}

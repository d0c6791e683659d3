//! The documents for people: the catalog page and the Markdown reference.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::diagnostic::Result;
use crate::emit::reference::{Example, Examples, reference};
use crate::emit::{markdown, page};
use crate::output::{Artifact, Content};
use crate::registry::{Registry, sample_path};
use crate::samples::{Checked, Outcome};

/// Those that `config` asks for. The samples are those on disk, `checked`, and those that are about to be written, which
/// are among `files`.
pub(crate) fn artifacts(
    config: &Config,
    registry: &Registry,
    checked: &[Checked],
    files: &[Artifact],
) -> Result<Vec<Artifact>> {
    if config.page.is_none() && config.markdown.is_none() {
        return Ok(Vec::new());
    }
    let told = reference(registry, &examples(config, registry, checked, files))?;
    let page = config
        .page
        .as_ref()
        .map(|wanted| Artifact::generated(wanted.out.clone(), page::emit(&told, &wanted.title)));
    let markdown = config.markdown.as_ref().map(|wanted| {
        Artifact::generated(wanted.out.clone(), markdown::emit(&told, &wanted.title))
    });
    Ok(page.into_iter().chain(markdown).collect())
}

/// The samples of each version: what people wrote down first, and then what the toolchain made up.
fn examples(
    config: &Config,
    registry: &Registry,
    checked: &[Checked],
    files: &[Artifact],
) -> Examples {
    let mut examples = Examples::new();
    let read = checked.iter().filter(|one| !matches!(one.outcome, Outcome::Failed(_)));
    let mut own: BTreeMap<&str, &str> = BTreeMap::new();
    for Checked { sample, .. } in read {
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
    for (event_type, event) in &registry.events {
        for version in event.versions.keys() {
            let path = sample_path(&config.schemas, event_type, *version);
            if let Some(text) = own.get(path.as_str()) {
                let made = Example { name: String::new(), text: (*text).to_owned() };
                examples.entry((event_type.clone(), *version)).or_default().push(made);
            }
        }
    }
    examples
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

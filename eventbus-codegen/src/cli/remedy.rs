//! What to write instead, with the names of the finding in the place of blanks, so that it can be pasted as it is.

use crate::compat::{Finding, Verdict};
use crate::rust_path::last;

/// What the payload of a former version derives.
pub(super) const DERIVES: &str = "#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema, \
                                  eventbus_runtime::EventPayload)]";

/// What to write instead; the reason for an exemption alone is left to its author.
pub(super) fn fix(finding: &Finding) -> String {
    let Finding { rule, event_type, version, old, new, .. } = finding;
    let fix = rule.fix.replace("<type>", event_type);
    let segment = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
    match (rule.id, word(old), word(new)) {
        // A former name has no variant.
        ("EV003", ..) if quoted(old).is_some() => {
            let once = fix.split_once(". ").map_or(fix.as_str(), |(_, once)| once);
            format!("go on reading it: #[event(alias = \"{event_type}\")]. {once}")
        }
        // The name of a group is pinned elsewhere.
        ("EV007", Some(old), Some(new)) if group(old) != group(new) => {
            fix.split_once("; or ").map_or(fix.clone(), |(_, rest)| rest.to_owned())
        }
        // Another type of that name would be gone in its place.
        ("EV007", Some(_), None) => {
            fix.split_once("; or ").map_or(fix.clone(), |(_, rest)| format!("{KEPT}; or {rest}"))
        }
        ("EV006" | "EV007" | "EV009", Some(old), _) => filled(&fix, "name", &segment(old), old),
        ("EV023", Some(old), _) => filled(&fix, "name", old, old),
        ("EV024", ..) => filled(&fix, "name", "", quoted(old).unwrap_or("..")),
        ("EV025", ..) => fix.replace("1 => ..", &format!("{version} => {}", kept(finding))),
        ("EV105", ..) if finding.retired => RETIRED.to_owned(),
        // Of a name that is taken by a whole type, no type of a field is meant.
        ("EV106", ..) if old.starts_with("an event type") => "choose another name".to_owned(),
        ("EV112" | "EV126" | "EV304", Some(old), _) => filled(&fix, "rename", old, old),
        ("EV113", Some(old), Some(new)) => filled(&fix, "rename", old, new),
        ("EV012", ..) => fix
            .replace(
                "1 => OrderPlacedV1",
                &format!("{version} => {}", payload_of(finding, *version)),
            )
            .replace("unreadable(1)", &format!("unreadable({version})")),
        // A version that is known already is gone back to; whatever is above it follows it.
        ("EV013", ..) => {
            let is_below = number(new).is_some_and(|now| now < *version);
            let next = if is_below { *version } else { version + 1 };
            fix.replace("version = ..", &format!("version = {next}"))
        }
        _ => fix,
    }
}

/// What is said of a type whose name another one takes.
const KEPT: &str = "keep the variant and mark it: #[event(retired = \"2026-01-31\")]";

/// What is said of a field that a retired type has no longer.
const RETIRED: &str = "leave the field where it is: no code writes the type any more, and to read it costs nothing; or say why \
                       no consumer needs it: #[event(compat(reviewed = \"..\"))]";

/// What a name begins with.
fn group(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(group, _)| group)
}

/// The number in `version 1 of ..`.
fn number(told: &str) -> Option<u32> {
    told.split(' ').nth(1)?.parse().ok()
}

/// The first word between backticks.
fn quoted(told: &str) -> Option<&str> {
    told.split('`').nth(1).filter(|word| !word.is_empty())
}

/// The struct that held the payload of the finding's version, or what it is to be called.
fn kept(finding: &Finding) -> String {
    let own = last(&finding.rust_path);
    let is_current = finding.payload.as_ref().is_none_or(|(path, _)| last(path) == own);
    if is_current { payload_of(finding, finding.version) } else { own.to_owned() }
}

/// How to leave the version as it is and make a new one, where the rule allows that.
pub(super) fn instead(finding: &Finding) -> Option<String> {
    let (attribute, version) = (next_version(finding)?, finding.version);
    let own = payload_of(finding, version);
    Some(format!(
        "or leave version {version} as it is: {attribute}, where `{own}` is the payload as it was, \
         {DERIVES}, with `From` to the new one"
    ))
}

/// The attribute of the next version, where the rule allows one.
pub(super) fn next_version(finding: &Finding) -> Option<String> {
    let Finding { rule, verdict, version, payload, .. } = finding;
    // Another version has the same name: only what is told of a payload is mended by one.
    let is_of_the_type = rule.id.starts_with("EV0");
    if *verdict < Verdict::Bump || rule.verdict != Verdict::Bump || is_of_the_type {
        return None;
    }
    let former = payload.iter().flat_map(|(_, former)| former);
    let own = payload_of(finding, *version);
    let krate =
        payload.as_ref().and_then(|(path, _)| path.split_once("::")).map(|(krate, _)| krate);
    let path = |of: u32, path: &str| match path.split_once("::") {
        Some((first, rest)) if Some(first) == krate => format!("crate::{rest}"),
        Some(_) => path.to_owned(),
        None => payload_of(finding, of),
    };
    let former = former
        .filter(|(of, _)| of < version)
        .map(|(of, at)| format!("{of} => {}, ", path(*of, at)));
    let former = former.collect::<String>();
    Some(format!("#[event(version = {}, upcast({former}{version} => {own}))]", version + 1))
}

/// What a former payload is called.
fn payload_of(finding: &Finding, version: u32) -> String {
    let path = finding.payload.as_ref().map_or(finding.rust_path.as_str(), |(path, _)| path);
    payload_name(path, version)
}

/// What the payload of this path was called, at a former version.
pub(super) fn payload_name(rust_path: &str, version: u32) -> String {
    let name = last(rust_path);
    format!("{}V{version}", name.split(['.', '[']).next().unwrap_or(name))
}

/// A name as a finding tells it: without the signs around it. What has spaces is a sentence.
fn word(told: &str) -> Option<&str> {
    let word = told.trim_matches(['`', '"']);
    (!word.is_empty() && !word.contains(' ')).then_some(word)
}

/// The text with the blank of `key` filled with `name`, and that of an alias with `alias`.
fn filled(fix: &str, key: &str, name: &str, alias: &str) -> String {
    fix.replace(&format!("{key} = \"..\""), &format!("{key} = \"{name}\""))
        .replace("alias = \"..\"", &format!("alias = \"{alias}\""))
        .replace("[\"..\"]", &format!("[\"{alias}\"]"))
}

#[cfg(test)]
mod tests {
    use super::{filled, payload_name, word};

    #[test]
    fn blanks_are_filled() {
        let fix = "keep #[serde(rename = \"..\")], or #[serde(alias = \"..\")]";
        let whole = "keep #[serde(rename = \"a\")], or #[serde(alias = \"b\")]";
        assert_eq!(filled(fix, "rename", "a", "b"), whole);
    }

    #[test]
    fn a_former_payload_is_called_after_the_present_one() {
        assert_eq!(payload_name("shop::OrderPlaced.items[*].sku", 2), "OrderPlacedV2");
        assert_eq!(payload_name("OrderPlaced", 1), "OrderPlacedV1");
    }

    #[test]
    fn only_names_are_taken_for_names() {
        assert_eq!(word("`order.placed`"), Some("order.placed"));
        assert_eq!(word("\"DHL\""), Some("DHL"));
        assert_eq!(word("string or null"), None);
        assert_eq!(word(""), None);
    }
}

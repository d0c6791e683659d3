//! One event on the page.

use super::html::{Element, Node, classed, id, tag};
use super::parts::{payload, prose, type_place, words};
use crate::compat::{Answer, Difference};
use crate::emit::reference::{Case, Event, Example, Field, Gone, Stored, Type, Version, inline};
use crate::rust_path;

/// The event with all that is known of it.
pub(super) fn event(event: &Event) -> Element {
    let place = id(&event.name);
    let heading = classed("div", "head")
        .child(
            tag("h3")
                .child(tag("span").with("translate", "no").child(event.name.as_str()))
                .child(anchor(&place, &event.name)),
        )
        .children(badges(event));
    let current = event.current();
    let mut article = classed("article", "event")
        .with("id", place.as_str())
        .with("aria-label", event.name.as_str())
        .child(heading)
        .children(prose(&event.docs))
        .children(notices(event))
        .child(facts(event))
        .child(version(event, current));
    if event.versions.len() > 1 || event.gone.is_some() {
        article = article.child(history(event));
    }
    article
}

fn anchor(place: &str, name: &str) -> Element {
    let label = format!("Link to {name}");
    classed("a", "anchor").with("href", format!("#{place}")).with("aria-label", label).child("#")
}

fn badges(event: &Event) -> Vec<Element> {
    let mut badges = vec![classed("span", "badge").child(format!("v{}", event.versions[0].number))];
    if event.gone.is_some() {
        badges.push(classed("span", "badge gone").child("gone"));
    } else if event.retired.is_some() {
        badges.push(classed("span", "badge gone").child("retired"));
    }
    if event.deprecated.is_some() {
        badges.push(classed("span", "badge warn").child("deprecated"));
    }
    badges
}

fn notices(event: &Event) -> Vec<Element> {
    let mut notices = Vec::new();
    let mut gone = classed("p", "notice gone");
    if let Some(day) = &event.retired {
        gone = gone.child(format!("No longer emitted since {day}. "));
    }
    match (&event.gone, &event.retired) {
        (Some(became), _) => notices.push(whereabouts(gone.child("Gone from the code. "), became)),
        (None, Some(_)) => notices.push(gone.child("Stored events are still read.")),
        (None, None) => {}
    }
    if let Some(note) = &event.deprecated {
        let head = tag("p").child(tag("strong").child("Deprecated"));
        notices.push(classed("div", "notice warn").child(head).children(prose(note)));
    }
    notices
}

/// Who has the stored events of a type that is gone.
fn whereabouts(notice: Element, gone: &Gone) -> Element {
    match gone {
        Gone::ReadAs(heir) => notice
            .child("Stored events are read as ")
            .child(tag("a").with("href", format!("#{}", id(heir))).child(heir.as_str()))
            .child("."),
        Gone::Kept => notice.child("Stored events are kept as unknown ones."),
        Gone::Unread => notice.child("Stored events are no longer read."),
    }
}

fn facts(event: &Event) -> Element {
    let code = |text: &str| -> Node { tag("code").child(text).into() };
    let mut rows: Vec<(&str, Vec<Node>)> = Vec::new();
    if let Some((kind, field)) = &event.aggregate {
        rows.push(("In order per", vec![kind.as_str().into(), ", by ".into(), code(field)]));
    }
    if let Some(field) = &event.tenant {
        rows.push(("Tenant", vec![code(field)]));
    }
    if let Some(field) = &event.key {
        rows.push(("Unique by", vec![code(field)]));
    }
    if !event.aliases.is_empty() {
        let names = event.aliases.iter().enumerate().flat_map(|(index, name)| {
            let separator = (index > 0).then(|| Node::from(", "));
            separator.into_iter().chain([code(name)])
        });
        rows.push(("Formerly", names.collect()));
    }
    let place = if event.gone.is_some() { "Was in Rust" } else { "In Rust" };
    rows.push((place, vec![code(&event.rust_path)]));
    let row = |(name, value): (&str, Vec<Node>)| {
        tag("div").child(tag("dt").child(name)).child(tag("dd").children(value))
    };
    classed("dl", "facts").children(rows.into_iter().map(row))
}

/// The fields, types and examples of a version.
fn version(event: &Event, version: &Version) -> Element {
    let place = format!("{}@{}", event.name, version.number);
    let (first, others) = version.types.split_first().expect("the payload is one of them");
    let others = others.iter().map(|one| named(one, &place));
    let left = classed("div", "fields-side")
        .child(tag("h4").child(format!("Payload of version {}", version.number)))
        .children(body(first, &place))
        .children(others);
    let examples = classed("div", "example-side")
        .children(version.examples.iter().map(|one| example(one, event, version)));
    let all = classed("div", "version").with("id", id(&place)).child(left);
    if version.examples.is_empty() { all } else { all.child(examples) }
}

fn example(example: &Example, event: &Event, version: &Version) -> Element {
    let name = match example.name.as_str() {
        "" => "Example".to_owned(),
        name => format!("Example: {name}"),
    };
    let label = format!("{name} of {} version {}", event.name, version.number);
    let head = classed("div", "example-head")
        .child(tag("span").child(name))
        .child(classed("button", "copy").with("type", "button").with("hidden", "").child("Copy"));
    classed("div", "example").child(head).child(payload(&example.text, &label))
}

fn named(one: &Type, version: &str) -> Element {
    let name = one.name.as_deref().unwrap_or_default();
    classed("div", "named")
        .with("id", type_place(version, name))
        .child(tag("h4").child(tag("code").child(name)))
        .children(prose(&one.docs))
        .children(body(one, version))
}

fn body(one: &Type, version: &str) -> Vec<Element> {
    let mut parts = Vec::new();
    if one.is_empty() {
        parts.push(classed("p", "plain").child("No fields."));
    } else if !one.words.is_empty() {
        parts.push(classed("p", "plain").child(words(&one.words, version)));
    }
    if !one.fields.is_empty() {
        parts.push(fields(&one.fields, version));
    }
    if !one.cases.is_empty() {
        let is_short = |case: &Case| case.docs.is_empty() && case.fields.is_empty();
        let class = if one.cases.iter().all(is_short) { "cases short" } else { "cases" };
        parts.push(classed("p", "one-of").child("One of"));
        parts.push(classed("ul", class).children(one.cases.iter().map(|one| case(one, version))));
    }
    parts
}

fn case(case: &Case, version: &str) -> Element {
    let item = tag("li").child(words(&case.label, version)).children(prose(&case.docs));
    if case.fields.is_empty() { item } else { item.child(fields(&case.fields, version)) }
}

fn fields(all: &[Field], version: &str) -> Element {
    classed("ul", "fields").children(all.iter().map(|one| field(one, version)))
}

fn field(field: &Field, version: &str) -> Element {
    let name = tag("code").with("translate", "no").child(field.path.as_str());
    let mut line =
        classed("div", "line").child(name).child(" ").child(words(&field.words, version));
    if let Some(role) = field.role {
        line = line.child(" ").child(classed("span", "badge").child(role));
    }
    if !field.required {
        line = line.child(" ").child(classed("span", "note").child("may be absent"));
    }
    if field.deprecated {
        line = line.child(" ").child(classed("span", "badge warn").child("deprecated"));
    }
    let mut item = tag("li").child(line).children(prose(&field.docs));
    let mut more = field.limits.clone();
    if !field.aliases.is_empty() {
        more.push(format!("also read as {}", field.aliases.join(", ")));
    }
    if !more.is_empty() {
        item = item.child(classed("p", "limits").child(more.join(" · ")));
    }
    item
}

/// What became of the event from version to version, and who reads which.
fn history(event: &Event) -> Element {
    let head = ["Version", "Stored events of it", "Consumers built for it"];
    let head = tag("tr").children(head.map(|name| tag("th").with("scope", "col").child(name)));
    let rows = event.versions.iter().map(|one| {
        tag("tr")
            .child(
                tag("th").with("scope", "row").child(
                    tag("a")
                        .with("href", format!("#{}", id(&format!("{}@{}", event.name, one.number))))
                        .child(format!("v{}", one.number)),
                ),
            )
            .child(stored(&one.stored))
            .child(consumer(one.consumer.as_ref(), event))
    });
    let table = tag("table").child(tag("thead").child(head)).child(tag("tbody").children(rows));
    let changes = event.versions.iter().filter_map(|one| {
        let (before, found) = one.since.as_ref()?;
        Some(changes(*before, one.number, found))
    });
    let former = event.versions.iter().skip(1).map(|one| {
        let summary = tag("summary").child(format!("Version {} in full", one.number));
        tag("details").child(summary).child(version(event, one))
    });
    classed("div", "history")
        .child(tag("h4").child("Versions"))
        .child(
            classed("section", "scroll")
                .with("tabindex", "0")
                .with("aria-label", format!("Versions of {}", event.name))
                .child(table),
        )
        .children(changes)
        .children(former)
}

fn stored(stored: &Stored) -> Element {
    let (class, text) = match stored {
        Stored::Written => ("good", "written and read".to_owned()),
        Stored::Read => ("good", "read".to_owned()),
        Stored::BroughtUp(path) => {
            let name = rust_path::last(path);
            ("good", format!("read as {name}, then brought up"))
        }
        Stored::Kept => ("open", "kept as an unknown event".to_owned()),
        Stored::Unread => ("bad", "no longer read".to_owned()),
    };
    classed("td", class).child(text)
}

fn consumer(answer: Option<&Answer>, event: &Event) -> Element {
    let current = event.current().number;
    match answer {
        None if event.gone.is_some() => classed("td", "good").child("read it"),
        None => classed("td", "good").child("up to date"),
        Some(Answer::Yes) => classed("td", "good").child(format!("read v{current}")),
        Some(Answer::No(witness)) => classed("td", "bad")
            .child(format!("do not read every v{current}, such as "))
            .child(tag("code").child(inline(witness))),
        Some(Answer::Unknown(reason)) => {
            classed("td", "open").child(format!("not decided: {reason}"))
        }
    }
}

fn changes(before: u32, after: u32, found: &[Difference]) -> Element {
    let list: Vec<Element> = found.iter().map(change).collect();
    let title =
        tag("p").with("class", "change-title").child(format!("What v{after} changed in v{before}"));
    let all = classed("div", "changes").child(title);
    if list.is_empty() {
        return all.child(tag("p").child("Nothing in the shape of the payload."));
    }
    all.child(tag("ul").children(list))
}

fn change(change: &Difference) -> Element {
    let mut item = tag("li");
    if !change.path.is_empty() {
        item = item.child(tag("code").child(change.path.as_str())).child(" ");
    }
    item = item.child(change.rule.change);
    if change.old != change.new {
        item =
            item.child(classed("span", "note").child(format!(" {} → {}", change.old, change.new)));
    }
    item
}

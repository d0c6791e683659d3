//! A page of a thousand types; how long it takes is printed.

use eventbus_runtime::{Document, GroupDocument, Node};
use serde_json::Value;

use crate::read::node;
use crate::{catalogs, kept};

/// How often the events of the catalogs are there.
const COPIES: usize = 48;

/// One document with the families of each this often, each copy below a name of its own.
fn copied(documents: &[&Document]) -> Document {
    let copies = (0..COPIES).flat_map(|copy| {
        documents.iter().enumerate().map(move |(place, document)| {
            let prefix = format!("shop{place}x{copy}");
            let root = GroupDocument { prefix: prefix.clone(), ..document.root.clone() };
            Node::Group(below(root, &prefix))
        })
    });
    let root = GroupDocument { members: copies.collect(), ..documents[0].root.clone() };
    Document { root, ..documents[0].clone() }
}

fn below(group: GroupDocument, prefix: &str) -> GroupDocument {
    let within = |name: &str| format!("{prefix}.{name}");
    let members = group.members.into_iter().map(|member| match member {
        Node::Group(group) => {
            let name = within(&group.prefix);
            Node::Group(GroupDocument { prefix: name, ..below(group, prefix) })
        }
        Node::Leaf(mut leaf) => {
            leaf.event_type = within(&leaf.event_type);
            for alias in &mut leaf.aliases {
                *alias = within(alias);
            }
            Node::Leaf(leaf)
        }
    });
    GroupDocument { members: members.collect(), ..group }
}

#[test]
fn a_link_leads_to_its_event_on_a_page_of_a_thousand() {
    let all = catalogs::all();
    let of = |name| &all.iter().find(|catalog| catalog.name == name).unwrap().history;
    let ([before, now], [hostile]) = (&of("nested")[..], &of("hostile")[..]) else {
        panic!("a catalog that has grown, and one that has not");
    };
    let history = [copied(&[before]), copied(&[now, hostile])];
    let [page, _] = eventbus_codegen::testing::published(&history, "Event catalog").unwrap();
    assert!(page.matches("<article class=\"event\"").count() > 1_000);
    let file = kept("large.html", &page).display().to_string();
    let said = node("measure.mjs", [file]);
    println!("{said}");
    let told: Value = serde_json::from_str(&said).unwrap();
    let below = |what: &str, most: f64| {
        let taken = told[what].as_f64().unwrap();
        assert!(taken < most, "{what} is {taken}, and may be {most}: {said}");
    };
    below("bytes", 5e6);
    // In view, below the bar.
    below("top", 200.0);
}

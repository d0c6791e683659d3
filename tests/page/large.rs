//! A page of a thousand types is as quick as a small one, as far as a reader can tell.

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
fn a_page_of_a_thousand_types_opens_and_answers_without_a_pause() {
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
    // Ten times what it takes on a machine with nothing else to do.
    below("bytes", 5e6);
    below("painted", 3_000.0);
    below("interactive", 10_000.0);
    below("first", 2_000.0);
    below("slowest", 3_000.0);
    below("jump", 5_000.0);
    // In view, below the bar.
    below("top", 200.0);
}

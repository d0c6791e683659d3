//! `parseEvent`: something that may be an event becomes one of today, an older one, or one that is not known.

use serde_json::json;

use super::ast::{Expr, Item, Property, Type};
use super::envelope;
use super::former::Known;

const OLDER: &str = "OlderEvent";
const PARSED: &str = "ParsedEvent";

/// What `parseEvent` takes and returns, for events that are below `root`.
pub(super) fn items(root: &str, known: &[Known], renamed: &[(String, String)]) -> Vec<Item> {
    let older = known.iter().flat_map(|known| known.former.iter());
    let older = older.map(|(_, name)| Type::name(name.as_str())).collect();
    let docs = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    vec![
        Item::alias(docs("An event of a former version."), OLDER, Type::union(older)),
        Item::alias(
            docs(
                "What becomes of something that may be an event: one as it is written today; one of a former version;\n\
                 one that this file does not know, because of its type, its version or a variant in it; or none at all.",
            ),
            PARSED,
            Type::union(vec![
                outcome("event", "event", Type::name(root)),
                outcome("older", "event", Type::name(OLDER)),
                outcome("unknown", "event", Type::name(envelope::UNKNOWN)),
                outcome("invalid", "issues", Type::name("ValidationIssues")),
            ]),
        ),
        Item::Constant {
            docs: docs(
                "Reads an event: what JSON.parse returned, or an object from elsewhere. It never throws.\n\
                 What may be missing is filled in, and an event of a former name gets the present one.",
            ),
            name: "parseEvent".to_owned(),
            ty: Type::Function(
                "input",
                Box::new(Type::name("unknown")),
                Box::new(Type::name(PARSED)),
            ),
            function: "reader",
            of: vec![Type::name(root), Type::name(OLDER)],
            arguments: vec![
                Expr::Record(known.iter().map(today).collect()),
                Expr::Record(known.iter().filter_map(former).collect()),
                Expr::Record(
                    renamed
                        .iter()
                        .map(|(from, to)| (from.clone(), Expr::json(&json!(to))))
                        .collect(),
                ),
            ],
        },
    ]
}

fn today(known: &Known) -> (String, Expr) {
    (known.event_type.clone(), pair(&known.current))
}

fn former(known: &Known) -> Option<(String, Expr)> {
    let versions = known.former.iter().map(pair).collect();
    (!known.former.is_empty()).then(|| (known.event_type.clone(), Expr::List(versions)))
}

/// A version and its validator.
fn pair((version, name): &(u32, String)) -> Expr {
    Expr::List(vec![Expr::json(&json!(version)), Expr::Name(name.clone())])
}

fn outcome(kind: &str, name: &str, ty: Type) -> Type {
    let property =
        |name: &str, ty| Property { docs: Vec::new(), name: name.to_owned(), optional: false, ty };
    Type::Object(vec![property("kind", Type::text(kind)), property(name, ty)])
}

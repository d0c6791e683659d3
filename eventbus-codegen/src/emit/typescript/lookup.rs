//! Types that find an event by its type name: `EventOf<"order.placed">`, `EventMatching<"order.*">`.

use super::ast::{Conditional, Item, Parameter, Piece, Property, Type};

const MAP: &str = "EventMap";
const TYPE: &str = "EventType";

/// The events by type name.
pub(super) fn map<'a>(events: impl Iterator<Item = (&'a str, &'a str)>) -> Item {
    let properties = events.map(|(name, event)| Property {
        docs: Vec::new(),
        name: name.to_owned(),
        optional: false,
        ty: Type::name(event),
    });
    let docs = vec!["Every event by its type name.".to_owned()];
    Item::alias(docs, MAP, Type::Object(properties.collect()))
}

/// The lookups that are the same in every file.
pub(super) fn items() -> Vec<Item> {
    let key = Type::KeyOf(Box::new(Type::name(MAP)));
    vec![
        Item::alias(vec!["The name of an event type.".to_owned()], TYPE, key),
        Item::Alias {
            docs: vec!["The event of a type name: `EventOf<\"order.placed\">`.".to_owned()],
            name: "EventOf".to_owned(),
            parameters: vec![Parameter { name: "T", bound: Type::name(TYPE) }],
            ty: of(Type::name("T")),
        },
        matching(),
    ]
}

fn of(name: Type) -> Type {
    Type::Index(Box::new(Type::name(MAP)), Box::new(name))
}

/// `P extends "*" ? all : P extends "family.*" ? the family : P extends EventType ? that event : never`.
fn matching() -> Item {
    let template =
        |prefix: Type, rest: Vec<Piece>| Type::Template([vec![Piece::Type(prefix)], rest].concat());
    let below =
        template(Type::name("Prefix"), vec![Piece::Text("."), Piece::Type(Type::name("string"))]);
    let when = |bound: Type, yes: Type, no: Type| {
        Type::Conditional(Box::new(Conditional { check: Type::name("P"), bound, yes, no }))
    };
    let exact = when(Type::name(TYPE), of(Type::name("P")), Type::name("never"));
    let family = when(
        template(Type::Infer("Prefix"), vec![Piece::Text(".*")]),
        of(Type::Generic("Extract", vec![Type::name(TYPE), below])),
        exact,
    );
    Item::Alias {
        docs: vec![
            "The events of a pattern: a type name, a family `EventMatching<\"order.*\">`, or `\"*\"`."
                .to_owned(),
        ],
        name: "EventMatching".to_owned(),
        parameters: vec![Parameter { name: "P", bound: Type::name("string") }],
        ty: when(Type::text("*"), of(Type::name(TYPE)), family),
    }
}

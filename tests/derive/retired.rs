//! Retired events: they can be read, and are no longer emitted.

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{Catalog, Document, DomainEvent, ErrorKind, EventBus, EventPayload, Node};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum BankEvent {
    Cheque(ChequeEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
enum ChequeEvent {
    #[event(retired = "2026-01-31")]
    Voided {
        number: u32,
    },
    #[event(payload, retired = "2025-12-01", alias = "cheque.sent")]
    Posted(Posted),
    Cashed {
        number: u32,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
struct Posted {
    number: u32,
}

#[test]
fn it_is_read_and_written_as_json() {
    let event = BankEvent::from_data("cheque.voided", 1, r#"{"number":7}"#).unwrap();
    assert_eq!(event, BankEvent::Cheque(ChequeEvent::Voided { number: 7 }));
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<BankEvent>(&text).unwrap(), event);
    let payload = ChequeVoided::from_data("cheque.voided", 1, r#"{"number":7}"#).unwrap();
    assert_eq!(payload, ChequeVoided { number: 7 });
    let event = ChequeEvent::from_data("cheque.sent", 1, r#"{"number":7}"#).unwrap();
    assert_eq!(event, ChequeEvent::Posted(Posted { number: 7 }));
}

#[tokio::test]
async fn emitting_it_through_its_enum_is_refused_with_its_day() {
    let bus = EventBus::in_memory();
    let mut transaction = bus.begin();
    let voided = ChequeEvent::Voided { number: 7 };
    let error = bus.emit(&mut transaction, &voided).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ValidationFailed);
    assert_eq!(
        error.full(),
        "`cheque.voided` is retired since 2026-01-31: it can be read and is no longer emitted; emit the \
         event that took its place"
    );
    let error = bus.emit(&mut transaction, BankEvent::Cheque(voided)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ValidationFailed);
    let posted = BankEvent::Cheque(Posted { number: 7 }.into());
    let cashed = ChequeCashed { number: 7 };
    let error = bus.emit(&mut transaction, (cashed.clone(), posted)).await.unwrap_err();
    assert!(error.to_string().contains("`cheque.posted` is retired since 2025-12-01"), "{error}");
    bus.emit(&mut transaction, (ChequeEvent::from(cashed.clone()), cashed)).await.unwrap();
    transaction.commit().unwrap();
    let names: Vec<_> =
        bus.log().into_iter().map(|stored| stored.event.envelope.event_type).collect();
    assert_eq!(names, ["cheque.cashed", "cheque.cashed"]);
}

#[test]
fn the_catalog_says_since_when() {
    let Catalog::Leaf(leaf) = ChequeVoided::CATALOG else { panic!("a payload is a leaf") };
    assert_eq!(leaf.retired, Some("2026-01-31"));
    let document: Document = serde_json::from_str(&catalog_json(BankEvent::CATALOG)).unwrap();
    let Node::Group(cheques) = &document.root.members[0] else { panic!("cheques are a group") };
    let days: Vec<_> = cheques
        .members
        .iter()
        .map(|node| match node {
            Node::Leaf(leaf) => leaf.retired.as_deref(),
            Node::Group(_) => panic!("every member is a leaf"),
        })
        .collect();
    assert_eq!(days, [Some("2026-01-31"), Some("2025-12-01"), None]);
}

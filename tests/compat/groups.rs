//! Changes of the tree of events.

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{Document, DomainEvent};
use serde_json::Value;

mod before {
    use eventbus_runtime::DomainEvent;

    #[derive(Debug, Clone, DomainEvent)]
    pub(super) enum ShopEvent {
        Order(OrderEvent),
    }

    #[derive(Debug, Clone, DomainEvent)]
    pub(super) enum OrderEvent {
        Placed { id: u64 },
        Paid { id: u64, cents: i64 },
    }
}

#[derive(Debug, Clone, DomainEvent)]
enum ShopEvent {
    Order(OrderEvent),
    Payment(PaymentEvent),
}

#[derive(Debug, Clone, DomainEvent)]
enum OrderEvent {
    Placed { id: u64 },
}

#[derive(Debug, Clone, DomainEvent)]
enum PaymentEvent {
    Paid { id: u64, cents: i64 },
}

fn findings() -> Vec<Value> {
    let document = |catalog: &str| serde_json::from_str::<Document>(catalog).expect("a catalog");
    let old = document(&catalog_json(before::ShopEvent::CATALOG));
    let new = document(&catalog_json(ShopEvent::CATALOG));
    let (findings, _) = eventbus_codegen::testing::findings(&old, &new).expect("two registries");
    findings.as_array().expect("a list").clone()
}

fn only(rule: &str) -> Value {
    let findings = findings();
    let mut found = findings.iter().filter(|finding| finding["rule"] == rule);
    let one = found.next().unwrap_or_else(|| panic!("{rule} is not in {findings:?}"));
    assert!(found.next().is_none(), "{findings:?}");
    one.clone()
}

#[test]
fn a_group_is_new() {
    let finding = only("EV002");
    assert_eq!((&finding["new"], &finding["verdict"]), (&"`payment.*`".into(), &"ok".into()));
}

#[test]
fn a_type_that_moved_is_found() {
    let finding = only("EV009");
    assert_eq!(finding["old"], "`order.paid`");
    assert_eq!(finding["new"], "`payment.paid`");
    assert_eq!(finding["verdict"], "deny");
}

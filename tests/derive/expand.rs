//! The inputs of the expansion's snapshots are code that compiles and works.

#[path = "../expand/attributes.rs"]
mod attributes;
#[path = "../expand/given.rs"]
mod given;
#[path = "../expand/leaves.rs"]
mod leaves;
#[path = "../expand/nested.rs"]
mod nested;
#[path = "../expand/root.rs"]
mod root;
#[path = "../expand/shared.rs"]
mod shared;
#[path = "../expand/subset.rs"]
mod subset;
#[path = "../expand/versions.rs"]
mod versions;

use eventbus_runtime::{Catalog, DomainEvent};

fn names<E: DomainEvent>() -> Vec<&'static str> {
    let catalog: Catalog = E::CATALOG;
    catalog.leaves().iter().map(|leaf| leaf.event_type).collect()
}

#[test]
fn the_inputs_have_the_names_that_their_expansions_put_together() {
    assert_eq!(names::<root::ShopEvent>(), ["order.placed", "money.received"]);
    let leaves = ["order.placed", "order.sent", "order.closed", "order.opened"];
    assert_eq!(names::<leaves::OrderEvent>(), leaves);
    let given = ["account.linked", "account.unlinked", "account.locked"];
    assert_eq!(names::<given::AccountEvent>(), given);
    assert_eq!(names::<shared::OfficeEvent>(), ["backoffice.sent"]);
    assert_eq!(names::<attributes::SensorEvent>(), ["sensor.measured", "sensor.installed"]);
    let nested = ["shelf.compartment.filled", "shelf.compartment.emptied", "shelf.moved"];
    assert_eq!(names::<nested::WarehouseEvent>(), nested);
    assert_eq!(names::<subset::Billing>(), ["order.placed", "refund.sent"]);
    assert_eq!(names::<versions::ParcelEvent>(), ["parcel.sent", "parcel.discarded"]);
}

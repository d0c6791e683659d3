use std::collections::HashSet;

use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[event(derive(PartialEq, Eq, Hash))]
pub enum OrderEvent {
    #[event(version = 0)]
    Placed { id: u64 },
}

pub fn use_it(one: &OrderPlaced, other: &OrderPlaced) -> HashSet<OrderPlaced> {
    assert!(one == other);
    HashSet::from([one.clone()])
}

use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(version = 0)]
    Placed { id: u64 },
    Shipped { id: u64 },
}

pub fn use_it() -> Result<OrderPlaced, OrderEvent> {
    let placed = OrderPlaced { id: 1 };
    let again = placed.clone();
    assert_eq!((OrderPlaced::TYPE, OrderPlaced::VERSION), (placed.event_type(), again.version()));
    let group = OrderEvent::from(placed);
    let root: ShopEvent = group.into();
    assert!(root.to_data().is_ok());
    let group = OrderEvent::try_from(root).expect("an order");
    group.try_into()
}

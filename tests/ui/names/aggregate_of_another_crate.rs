use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
#[event(aggregate = "parcel")]
pub enum OfficeEvent {
    #[event(external)]
    Order(shop_events::OrderEvent),
}

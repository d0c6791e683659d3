use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum AppEvent {
    Order(shop_events::OrderEvent),
}

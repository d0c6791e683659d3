use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "Shop.Order")]
pub enum OrderEvent {
    Placed { id: u64 },
}

use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
    Shipped { id: u64 },
}

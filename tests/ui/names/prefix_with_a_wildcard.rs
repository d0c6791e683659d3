use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "order.*")]
pub enum OrderEvent {
    Placed { id: u64 },
}

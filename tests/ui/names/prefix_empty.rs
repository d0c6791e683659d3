use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "")]
pub enum OrderEvent {
    Placed { id: u64 },
}

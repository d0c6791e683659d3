use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "eventbus.order")]
pub enum OrderEvent {
    Placed { id: u64 },
}

use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "shop..order")]
pub enum OrderEvent {
    Placed { id: u64 },
}

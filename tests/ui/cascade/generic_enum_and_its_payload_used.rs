use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "order")]
pub enum OrderEvent<T> {
    Placed { id: u64 },
    Moved { to: T },
}

pub fn use_it(placed: OrderPlaced) -> u64 {
    placed.id
}

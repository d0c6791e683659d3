use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub struct OrderPlaced {
    pub id: u64,
}

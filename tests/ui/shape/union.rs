use eventbus_runtime::DomainEvent;

#[derive(DomainEvent)]
pub union OrderEvent {
    pub id: u32,
    pub number: u32,
}

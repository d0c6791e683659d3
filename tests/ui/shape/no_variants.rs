use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {}

#[derive(DomainEvent)]
pub union Bits {
    pub number: u32,
    pub other: u32,
}

#[derive(Debug, Clone, DomainEvent)]
pub struct OrderPlaced {
    pub id: u64,
}

fn main() {}

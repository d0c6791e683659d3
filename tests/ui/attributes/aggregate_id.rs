use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    User(UserEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[event(aggregate_id)]
        id: u64,
        #[event(aggregate_id)]
        user: u64,
    },
}

#[derive(Debug, Clone, DomainEvent)]
pub enum UserEvent {
    Created {
        #[event(aggregate_id)]
        id: Option<u64>,
    },
}

fn main() {}

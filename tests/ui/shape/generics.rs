use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent<T> {
    Placed { item: T },
}

#[derive(Debug, Clone, DomainEvent)]
pub enum UserEvent<'a> {
    Created { name: &'a str },
}

fn main() {}

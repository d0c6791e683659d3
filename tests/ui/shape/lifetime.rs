use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "order")]
pub enum OrderEvent<'a> {
    Placed { item: Item<'a> },
}

#[derive(Debug)]
pub struct Item<'a>(pub &'a str);

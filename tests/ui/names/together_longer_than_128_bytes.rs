use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    #[event(name = "a_name_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on")]
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(name = "another_name_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on")]
    Placed { id: u64 },
    Shipped { id: u64 },
}

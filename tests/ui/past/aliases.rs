use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    Basket(BasketEvent),
    Payment(PaymentEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    // A name of the same enum.
    #[event(alias = "order.shipped")]
    Placed { id: u64 },
    // A name of another.
    #[event(alias = "basket.filled")]
    Shipped { id: u64 },
}

#[derive(Debug, DomainEvent)]
pub enum BasketEvent {
    #[event(alias = "cart.filled")]
    Filled { id: u64 },
}

#[derive(Debug, DomainEvent)]
pub enum PaymentEvent {
    // A former name of another enum's.
    #[event(alias = "cart.filled")]
    Made { id: u64 },
    // Its own name.
    #[event(alias = "payment.lost")]
    Lost { id: u64 },
}

fn main() {}

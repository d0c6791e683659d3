use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
#[event(prefix = "shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop.shop")]
pub enum OrderEvent {
    Placed { id: u64 },
}

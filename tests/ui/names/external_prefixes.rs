use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum OfficeEvent {
    #[event(external)]
    Orders(shop_events::OrderEvent),
    #[event(external)]
    Shop(shop_events::ShopEvent),
}

fn main() {}

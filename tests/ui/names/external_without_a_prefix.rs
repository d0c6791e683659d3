use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum AppEvent {
    #[event(external)]
    Shop(shop_events::ShopEvent),
}

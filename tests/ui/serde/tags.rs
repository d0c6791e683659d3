use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
#[serde(tag = "kind", content = "body", deny_unknown_fields)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
#[serde(rename_all = "camelCase")]
pub enum OrderEvent {
    #[serde(rename = "created")]
    Placed { id: u64 },
    #[serde(skip)]
    Shipped { id: u64 },
    #[serde(deny_unknown_fields)]
    Paid { id: u64 },
}

fn main() {}

use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[serde(flatten)]
        address: Address,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        items: Vec<u32>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        coupon: Option<String>,
    },
}

#[derive(Debug, Clone)]
pub struct Address;

fn main() {}

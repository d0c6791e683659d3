use eventbus_runtime::EventSubset;

pub struct Order {
    pub id: u64,
}

#[derive(EventSubset)]
pub enum Billing {
    Placed(Order),
}

fn main() {}

use eventbus_runtime::EventSubset;

#[derive(Debug, EventSubset)]
pub enum Billing {
    Placed(Order),
}

#[derive(Debug)]
pub struct Order;

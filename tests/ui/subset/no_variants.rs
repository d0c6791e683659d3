use eventbus_runtime::EventSubset;

#[derive(Debug, EventSubset)]
pub enum Billing {}

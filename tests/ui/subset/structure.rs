use eventbus_runtime::EventSubset;

#[derive(Debug, EventSubset)]
pub struct Billing {
    pub id: u64,
}

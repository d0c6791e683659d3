use eventbus_runtime::EventPayload;

#[derive(EventPayload)]
pub union Either {
    pub left: u32,
    pub right: u32,
}

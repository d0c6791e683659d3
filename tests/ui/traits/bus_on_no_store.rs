use eventbus_runtime::EventBus;

pub fn bus() {
    let _ = EventBus::on(5_u8);
}

use eventbus_runtime::{EventBus, SqliteStore};

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(5);
}

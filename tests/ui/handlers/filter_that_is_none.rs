use eventbus_runtime::{EventBus, SqliteStore};

pub fn filter(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").filter("order.*");
}

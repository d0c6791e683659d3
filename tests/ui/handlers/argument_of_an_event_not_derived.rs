use eventbus_runtime::{Event, EventBus, HandlerError, SqliteStore};

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: Event<Order>) -> Result<(), HandlerError> {
    Ok(())
}

pub struct Order;

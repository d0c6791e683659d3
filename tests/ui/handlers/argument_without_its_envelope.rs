use eventbus_runtime::{EventBus, HandlerError, SqliteStore};
use shop_events::OrderPlaced;

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: OrderPlaced) -> Result<(), HandlerError> {
    Ok(())
}

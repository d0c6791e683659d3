use eventbus_runtime::{Event, EventBus, SqliteStore};
use shop_events::OrderPlaced;

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: Event<OrderPlaced>) -> Result<(), String> {
    Ok(())
}

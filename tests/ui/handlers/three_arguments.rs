use eventbus_runtime::{Event, EventBus, HandlerError, SqliteStore, SqliteTx};
use shop_events::OrderPlaced;

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: SqliteTx, _: Event<OrderPlaced>, _: u32) -> Result<(), HandlerError> {
    Ok(())
}

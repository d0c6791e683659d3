use eventbus_runtime::{Event, EventBus, HandlerError, SqliteStore, SqliteTx};
use shop_events::OrderPlaced;

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: Event<OrderPlaced>, _: SqliteTx) -> Result<(), HandlerError> {
    Ok(())
}

use eventbus_runtime::{EventBus, HandlerError, SqliteStore, SqliteTx};

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: SqliteTx) -> Result<(), HandlerError> {
    Ok(())
}

use eventbus_runtime::{EventBus, HandlerError, SqliteStore};

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: String) -> Result<(), HandlerError> {
    Ok(())
}

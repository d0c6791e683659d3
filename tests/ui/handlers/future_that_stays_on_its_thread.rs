use std::rc::Rc;

use eventbus_runtime::{Event, EventBus, HandlerError, SqliteStore};
use shop_events::OrderPlaced;

pub fn subscribe(bus: &EventBus<SqliteStore>) {
    let _ = bus.subscribe("billing").handle(handle);
}

async fn handle(_: Event<OrderPlaced>) -> Result<(), HandlerError> {
    let count = Rc::new(1);
    std::future::ready(()).await;
    drop(count);
    Ok(())
}

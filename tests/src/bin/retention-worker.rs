//! The process of `tests/delivery/retention_killed.rs`: `retention-worker URL FOLDER` archives and drops every event, in small
//! segments and batches, also within partitions.

use std::env::args;
use std::error::Error;

use eventbus_runtime::store::Retention;
use eventbus_runtime::{EventBus, PgBus, SqliteBus};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [_, url, folder] = &args().collect::<Vec<_>>()[..] else { return Err("URL FOLDER".into()) };
    if url.starts_with("sqlite:") {
        leave(&SqliteBus::connect(url).await?, folder).await
    } else {
        leave(&PgBus::connect(url).await?, folder).await
    }
}

async fn leave<S: Retention>(bus: &EventBus<S>, folder: &str) -> Result<(), Box<dyn Error>> {
    let retain = bus.retention().before(i64::MAX).segment(40).batch(9).within_partitions();
    retain.archive_to(folder).drop().await?;
    Ok(())
}

//! The process of `tests/delivery/partitions_killed.rs`: `partition-worker URL SIZE` partitions the log.

use std::env::args;
use std::error::Error;

use eventbus_runtime::PgBus;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [_, url, size] = &args().collect::<Vec<_>>()[..] else { return Err("URL SIZE".into()) };
    PgBus::connect(url).await?.partition_log(size.parse()?).await?;
    Ok(())
}

//! Two processes share the work of one subscription. One is killed in the middle of it, and the other takes over.
//!
//! ```sh
//! cargo run -p replicas
//! DATABASE_URL=postgres://user@host/database cargo run -p replicas
//! ```
//!
//! The program starts itself twice on one database: without `DATABASE_URL` an SQLite file in a temporary folder. The two
//! tell on a common pipe what they handle; the parent emits, listens, kills one of them with SIGKILL, and checks that no
//! parcel misses a station or comes to one before its time. It exits with 0 only where that holds, and where the takeover
//! did not have to wait for the lease of the process that died.

mod record;
mod replica;
mod story;
mod team;

use std::error::Error;

use eventbus_runtime::{DomainEvent, PgBus, SqliteBus};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// The subscription that both processes run.
const SCANS: &str = "example-scans";

/// What becomes of a parcel.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "parcel")]
enum ParcelEvent {
    /// It passed a station; they are numbered from 1 on its way.
    Scanned {
        #[event(aggregate_id)]
        parcel: u32,
        station: u32,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = format!("sqlite://{}", folder.path().join("parcels.db").display());
    let url = std::env::var("DATABASE_URL").unwrap_or(file);
    let name = std::env::args().nth(1);
    if url.starts_with("sqlite:") {
        let bus = SqliteBus::connect(&url).await?;
        match name {
            Some(name) => replica::run(bus, name).await,
            None => story::tell(bus, &url).await,
        }
    } else {
        let bus = PgBus::connect(&url).await?;
        match name {
            Some(name) => replica::run(bus, name).await,
            None => story::tell(bus, &url).await,
        }
    }
}

//! What the processes of a run have in common.

use std::io::{Read, stdin};
use std::time::Duration;

use clap::Args;
use eventbus_runtime::{HandlerError, PgBus, SqliteBus};
use tokio::sync::watch;
use tokio::time::sleep;

/// Where a process works, and as whom.
#[derive(Debug, Clone, Args)]
pub(super) struct Worker {
    /// The URL of the database
    #[arg(long)]
    pub(super) url: String,

    /// Its name in the history
    #[arg(long)]
    pub(super) name: String,

    /// Of its random numbers
    #[arg(long)]
    pub(super) seed: u64,
}

/// What may go wrong in a process.
pub(super) type Failure = HandlerError;

/// How long a process waits before it tries again what failed, so that a database that is away is not asked all the time.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// A bus of either database.
pub(super) enum Bus {
    Postgres(PgBus),
    Sqlite(SqliteBus),
}

/// Tries until the database answers.
pub(super) async fn connect(url: &str) -> Bus {
    loop {
        let connected = if url.starts_with("sqlite:") {
            SqliteBus::connect(url).await.map(Bus::Sqlite)
        } else {
            PgBus::connect(url).await.map(Bus::Postgres)
        };
        match connected {
            Ok(bus) => return bus,
            Err(error) => eprintln!("{error:?}"),
        }
        sleep(PAUSE).await;
    }
}

/// Becomes true when the standard input ends, by which the driver ends a process in good order.
pub(super) fn told_to_end() -> watch::Receiver<bool> {
    let (tell, told) = watch::channel(false);
    std::thread::spawn(move || {
        let _ = stdin().read_to_end(&mut Vec::new());
        tell.send_replace(true);
    });
    told
}

//! One of the two processes. It knows nothing of the other: a subscription's name is all that they share.

use std::io::{Write, stdin, stdout};
use std::sync::Arc;
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{Event, EventBus, Start};

use crate::{ParcelScanned, Result, SCANS};

/// How long the work on a scan takes.
const WORK: Duration = Duration::from_millis(2);

/// Handles scans until its input ends.
pub(crate) async fn run<S: Log>(bus: EventBus<S>, name: String) -> Result<()> {
    let who: Arc<str> = name.into();
    let handler = {
        let who = Arc::clone(&who);
        move |event: Event<ParcelScanned>| {
            let who = Arc::clone(&who);
            async move {
                tokio::time::sleep(WORK).await;
                say(&format!("{who} {} {}\n", event.parcel, event.station))?;
                Ok(())
            }
        }
    };
    bus.subscribe(SCANS).from(Start::Now).handle(handler).start().await?;
    say(&format!("{who} is ready\n"))?;
    // The input ends with the parent at the latest, whatever ends that.
    tokio::task::spawn_blocking(|| stdin().read_line(&mut String::new())).await??;
    bus.shutdown().await?;
    Ok(())
}

/// One write for a line: on a pipe it arrives whole or not at all, and between no other's.
fn say(line: &str) -> std::io::Result<()> {
    let mut stdout = stdout().lock();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()
}

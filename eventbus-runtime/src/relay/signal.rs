//! The signals that ask a process to end.

use crate::error::{Error, ErrorKind, Result};

/// Listens from when it is made on, so that a signal between two questions is not missed.
#[cfg(unix)]
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(refused)?,
            terminate: signal(SignalKind::terminate()).map_err(refused)?,
        })
    }

    /// Resolves with the name of the next signal that asks this process to end.
    pub(super) async fn next(&mut self) -> Result<&'static str> {
        Ok(tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        })
    }
}

/// Listens for Ctrl-C.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[allow(clippy::unnecessary_wraps, reason = "on Unix listening can fail")]
    pub(super) fn listen() -> Result<Self> {
        Ok(Self)
    }

    /// Resolves with the name of the next signal that asks this process to end.
    pub(super) async fn next(&mut self) -> Result<&'static str> {
        tokio::signal::ctrl_c().await.map_err(refused)?;
        Ok("Ctrl-C")
    }
}

fn refused(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Configuration, "cannot listen for signals").with_source(error)
}

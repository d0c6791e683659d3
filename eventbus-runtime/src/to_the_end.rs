//! Steps that nobody can cancel half-way.

use std::future::Future;
use std::panic::resume_unwind;

use crate::error::{Error, ErrorKind, Result};

/// Runs a step to its end, even where whoever waits for it stops waiting.
pub(crate) async fn to_the_end<T: Send + 'static>(
    step: impl Future<Output = T> + Send + 'static,
) -> Result<T> {
    match tokio::spawn(step).await {
        Ok(result) => Ok(result),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Err(Error::new(
                ErrorKind::Store,
                "the async runtime shut down in the middle of a transaction",
            )),
        },
    }
}

/// Runs what waits for files on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    step: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(step).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Err(Error::new(ErrorKind::Store, "the async runtime is shutting down")),
        },
    }
}

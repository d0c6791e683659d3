//! Cutting a future off: it is polled so many times and dropped then.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::timeout;

/// Where a future that is not done is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// As soon as it waits: what it waits for is on its way.
    Waiting,
    /// When it was woken: what it waited for has come, and it never learns of it.
    Woken,
}

/// Polls a future so many times at most, each time because it was woken, and drops it where it is not done by then.
pub(crate) async fn poll_times<F: Future>(future: F, polls: usize, cut: Cut) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == polls {
            return Poll::Ready(None);
        }
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if polled == polls && cut == Cut::Waiting => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Runs an operation again and again, cut off one poll later each time, until it comes to its end; `check` looks at
/// what each run left behind and is told whether it came to its end.
pub(crate) async fn cut_off_everywhere<T>(
    operation: impl AsyncFn(&str) -> T,
    check: impl AsyncFn(&str, Option<T>),
) {
    for polls in 0..1_000 {
        for cut in [Cut::Waiting, Cut::Woken] {
            let trial = format!("{cut:?} {polls}");
            let ended = poll_times(operation(&trial), polls, cut).await;
            let is_over = ended.is_some();
            let checked = timeout(Duration::from_secs(60), check(&trial, ended)).await;
            checked.unwrap_or_else(|_| panic!("{trial}: nothing goes on after it"));
            if is_over && cut == Cut::Woken {
                println!("cut off at {polls} polls");
                return;
            }
        }
    }
    panic!("it does not come to its end");
}

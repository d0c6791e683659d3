//! Live queries: a query that runs again whenever something was committed that it may see.
//!
//! ```text
//!                    the keys were hit, or a second passed after a failure
//!             ┌──────────────────────────────────────────────────────────────┐
//!             ▼                                                              │
//!   join ─► Due ── the throttle's rest has passed ─► Running ── item ─► Waiting ─► the end, with its bus
//! ```
//!
//! It joins before its first run, so that a commit is either seen by that run or is a hit after it. What was hit before
//! a run begins is seen by that run and asks for no other.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::Stream;
use tokio::time::{Sleep, sleep};

use crate::bus::EventBus;
use crate::error::Result;
use crate::store::Log;
use crate::watch::{Key, Watch};

/// How long a query that failed waits for a commit before it runs again without one.
const RETRY: Duration = Duration::from_secs(1);

/// The results of a query, as it is now and again after each change.
///
/// The query runs when the stream is first asked, and from then on when it is asked after events were committed that hit its
/// keys: once, however many they are. One run is there at a time, in whoever polls the stream, which must be on a tokio
/// runtime. A run sees everything whose hit led to it, where it reads the database that the bus works on and begins its
/// transaction itself.
///
/// An error of the query is an item. The query runs again with the next change, or after one second without any, so that an
/// outage neither ends the stream nor leaves the last result standing.
///
/// It ends, with `None`, when the bus is shut down or dropped, after a last run where there were changes. A query that holds
/// the bus keeps it. Dropping the stream drops the run and ends its reading; dropping what waits for
/// [`next`](Live::next) loses nothing.
///
/// It is a [`Stream`] of the crates `futures-core` and `futures-util`; [`Live::next`] does without them.
#[must_use = "a live query ends when it is dropped, and runs only when it is asked"]
pub struct Live<T, E> {
    watch: Watch,
    query: Box<dyn FnMut() -> Run<T, E> + Send>,
    step: Step<T, E>,
    throttle: Duration,
    /// Whether a result is to be told.
    is_news: Option<IsNews<T, E>>,
}

type Run<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;
type IsNews<T, E> = Box<dyn FnMut(&Result<T, E>) -> bool + Send>;
type Rest = Option<Pin<Box<Sleep>>>;

/// Where it is; a rest is what is left of the throttle's.
enum Step<T, E> {
    Due { rest: Rest },
    Running(Run<T, E>),
    Waiting { rest: Rest, retry: Rest },
}

impl<S: Log> EventBus<S> {
    /// Runs a query now, and again whenever events are committed that hit one of these keys, in this process or another.
    ///
    /// Returns when it listens, before the first run: what is committed from then on leads to another run, or is seen by the
    /// first.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # async fn show(bus: &eventbus_runtime::SqliteBus) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    ///
    /// use eventbus_runtime::Key;
    ///
    /// let pool = bus.pool().clone();
    /// let open = move || {
    ///     let pool = pool.clone();
    ///     async move {
    ///         let open = sqlx::query_scalar("SELECT count(*) FROM orders WHERE shipped IS NULL");
    ///         open.fetch_one(&pool).await
    ///     }
    /// };
    /// let mut live = bus.live([Key::family("order")], open).await?;
    /// live = live.throttle(Duration::from_millis(200)).distinct();
    /// while let Some(result) = live.next().await {
    ///     let open: i64 = result?;
    ///     println!("{open} open orders");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`EventBus::watch`]: [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when there is no key, or one that
    /// no event can hit; [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn live<T, E, Q, F>(
        &self,
        keys: impl IntoIterator<Item = Key>,
        mut query: Q,
    ) -> Result<Live<T, E>>
    where
        Q: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        Ok(Live {
            watch: self.watch_all(keys.into_iter().collect()).await?,
            query: Box::new(move || Box::pin(query())),
            step: Step::Due { rest: None },
            throttle: Duration::ZERO,
            is_news: None,
        })
    }
}

impl<T, E> Live<T, E> {
    /// Lets at least so long pass between the end of a run and the beginning of the next one. What changes meanwhile is seen
    /// by that one. Without it, a run follows at once where something changed during the one before.
    pub const fn throttle(mut self, rest: Duration) -> Self {
        self.throttle = rest;
        self
    }

    /// Tells a result only where it differs from the one that was told last. Errors are always told, and so is the result
    /// that follows one.
    pub fn distinct(mut self) -> Self
    where
        T: Clone + PartialEq + Send + 'static,
    {
        let mut last: Option<T> = None;
        self.is_news = Some(Box::new(move |result| {
            let result = result.as_ref().ok();
            let is_news = result.is_none() || last.as_ref() != result;
            if is_news {
                last = result.cloned();
            }
            is_news
        }));
        self
    }

    /// The next result; `None` when nothing comes any more. Nothing is lost when this is dropped before it resolves: the run
    /// goes on when it is asked again.
    pub async fn next(&mut self) -> Option<Result<T, E>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

fn after(time: Duration) -> Rest {
    (!time.is_zero()).then(|| Box::pin(sleep(time)))
}

fn poll_rest(rest: &mut Rest, context: &mut Context<'_>) -> Poll<()> {
    rest.as_mut().map_or(Poll::Ready(()), |rest| rest.as_mut().poll(context))
}

impl<T, E> Stream for Live<T, E> {
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { watch, query, step, throttle, is_news } = self.get_mut();
        loop {
            match step {
                Step::Due { rest } => {
                    ready!(poll_rest(rest, context));
                    // The run sees what was committed up to here.
                    let _ = watch.poll_changed(context);
                    *step = Step::Running(query());
                }
                Step::Running(run) => {
                    let result = ready!(run.as_mut().poll(context));
                    let retry = result.as_ref().err().and_then(|_| after(RETRY));
                    *step = Step::Waiting { rest: after(*throttle), retry };
                    if is_news.as_mut().is_none_or(|is_news| is_news(&result)) {
                        return Poll::Ready(Some(result));
                    }
                }
                Step::Waiting { rest, retry } => {
                    match watch.poll_changed(context) {
                        Poll::Ready(None) => return Poll::Ready(None),
                        Poll::Ready(Some(_)) => {}
                        Poll::Pending if retry.is_some() => ready!(poll_rest(retry, context)),
                        Poll::Pending => return Poll::Pending,
                    }
                    *step = Step::Due { rest: rest.take() };
                }
            }
        }
    }
}

impl<T, E> std::fmt::Debug for Live<T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("watch", &self.watch).finish_non_exhaustive()
    }
}

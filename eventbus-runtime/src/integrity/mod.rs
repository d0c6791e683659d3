//! Whether what a database holds can be true: [`EventBus::verify`].
//!
//! `check` is the list of what is looked for, one entry for each. The rows of the log are read page by page and judged in
//! `row` and `aggregate`, which know no database; what is wrong between rows and tables the stores find
//! ([`Integrity`]). `archive` reads old events where they were written to, and holds them against the log. `report` is what comes of it, for people and for machines.

mod aggregate;
mod archive;
mod check;
mod report;
mod row;
mod tally;
mod verify;

pub use crate::integrity::check::{Check, Severity};
pub use crate::integrity::report::{Finding, LookedAt, Place, Report, Unfinished};
pub use crate::integrity::verify::{Progress, Verify};

use crate::bus::EventBus;
use crate::store::Integrity;

impl<S: Integrity> EventBus<S> {
    /// Looks whether what the database holds can be true: duplicates, order, cursors ahead of the log, deliveries and
    /// keys without events, rows that cannot be read. `docs/integrity.md` lists every check.
    ///
    /// It writes nothing, keeps no writer waiting, needs as much memory for ten million events as for ten thousand, and
    /// may run beside emitters and subscriptions: a database that is in order has no finding however busy it is.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn night() -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::EventBus;
    ///
    /// let bus = EventBus::in_memory();
    /// let report = bus.verify().await?;
    /// if !report.is_sound() {
    ///     eprintln!("{report}");
    /// }
    /// for finding in report.findings() {
    ///     println!("{}: {}", finding.check(), finding.count());
    /// }
    /// # Ok(()) }
    /// # #[cfg(feature = "testing")]
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(night()).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where tables or columns are missing;
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) where the database cannot be reached. A database that answers and
    /// says that its files are damaged is no error: that is in the report.
    pub fn verify(&self) -> Verify<'_, S> {
        Verify::new(&self.store)
    }
}

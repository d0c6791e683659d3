//! What a PostgreSQL database tells about itself.
//!
//! Each page and each check has a transaction of its own, `REPEATABLE READ READ ONLY`: one view of the database, held for
//! as long as one question takes, and by no means a write. Sequence and next transaction id are no part of the view, and
//! are read after it was taken; so whatever is visible is below them.

mod statements;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, SqlSafeStr, raw_sql};
use uuid::Uuid;

use crate::envelope::Envelope;
use crate::error::{Error, ErrorKind, Result};
use crate::integrity::{Check, LookedAt, Place};
use crate::migrations::{POSTGRES, latest};
use crate::priority::Priority;
use crate::store::places::{hits, looked_at, older, readable};
use crate::store::postgres::epoch::NO_ROW;
use crate::store::postgres::errand::Errand;
use crate::store::postgres::{PgStore, error, tenants};
use crate::store::transaction::{Abandoned, Transaction};
use crate::store::{Damage, Hits, Integrity, LogRow, Readable, Scope, columns};

const VIEW: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// The same, reading tables and no indexes: an index that is damaged hides what is looked for.
const VIEW_OF_TABLES: &str = "\
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off";

/// In such a view, reading indexes and no tables.
const BY_INDEX: &str = "\
    SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on; \
    SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off";

impl Integrity for PgStore {
    fn checks(&self) -> &'static [Check] {
        statements::CHECKS
    }

    fn place(&self) -> String {
        Self::place(self)
    }

    async fn extent(&self) -> Result<Readable<LookedAt>> {
        let what = "look at its tables";
        let mut errand = self.errand(what).await?;
        let sees_all = tenants::sees_all(self, &mut errand, what).await;
        self.end(errand, sees_all).await?;
        let mut errand = self.view(what, VIEW).await?;
        let counted = self.counted(&mut errand).await;
        match self.leave_view(errand, what, counted).await? {
            Ok((Some(version), _)) if version < latest(POSTGRES) => {
                Err(older(&Self::place(self), version, latest(POSTGRES)))
            }
            Ok((None, _)) => {
                let message = format!("{}: cannot verify: {NO_ROW}", Self::place(self));
                Err(Error::new(ErrorKind::Configuration, message))
            }
            Ok((_, looked_at)) => Ok(Ok(looked_at)),
            Err(damage) => Ok(Err(damage)),
        }
    }

    async fn rows(
        &self,
        after: i64,
        upto: i64,
        limit: usize,
        each: &mut (dyn FnMut(LogRow) + Send),
    ) -> Result<Readable<()>> {
        let what = "verify the log";
        let mut errand = self.view(what, VIEW).await?;
        let query = self.query(statements::ROWS).bind(after).bind(upto);
        let query = query.bind(columns::limit(limit));
        let mut rows = query.fetch(&mut *errand);
        let read = loop {
            match rows.try_next().await {
                Ok(Some(row)) => each(log_row(&row)),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        drop(rows);
        self.leave_view(errand, what, read).await
    }

    async fn find(&self, check: Check, scope: &Scope) -> Result<Readable<Hits>> {
        let what = format!("make the check {check}");
        let begin = if statements::reads_tables(check) { VIEW_OF_TABLES } else { VIEW };
        let mut errand = self.view(&what, begin).await?;
        let found = if check == Check::IndexDisagrees {
            self.indexes(&mut errand, scope).await
        } else {
            self.ask(&mut errand, check, scope).await
        };
        self.leave_view(errand, &what, found).await
    }
}

impl PgStore {
    /// Begins a view of the database.
    async fn view(&self, what: &str, begin: &'static str) -> Result<Errand> {
        let begin = Some(begin.into_sql_str());
        let begun = Transaction::begin(&self.pool, begin, Abandoned::Close).await?;
        begun.map(Errand::Wrapped).map_err(|error| self.error(what, error))
    }

    /// Ends it with what came of it. That the files are damaged belongs into the report; all else is an error.
    async fn leave_view<T>(
        &self,
        errand: Errand,
        what: &str,
        outcome: Result<T, sqlx::Error>,
    ) -> Result<Readable<T>> {
        let cause = match outcome {
            Ok(value) => return self.end(errand, Ok(Ok(value))).await,
            Err(cause) => cause,
        };
        if let Errand::Wrapped(transaction) = errand {
            // What is rolled back by losing its connection is rolled back as well.
            transaction.rollback().await.ok();
        }
        if error::is_damage(&cause) {
            return Ok(Err(Damage(columns::cause(cause).to_string())));
        }
        Err(self.error(what, cause))
    }

    /// The version of the tables, where the row that has it is there, and what is in them.
    async fn counted(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(Option<i64>, LookedAt), sqlx::Error> {
        for columns in statements::COLUMNS {
            self.query(columns).fetch_optional(&mut *connection).await?;
        }
        let row = self.query(statements::EXTENT).fetch_one(connection).await?;
        Ok((row.try_get("version")?, looked_at(&row)))
    }

    async fn ask(
        &self,
        connection: &mut PgConnection,
        check: Check,
        scope: &Scope,
    ) -> Result<Hits, sqlx::Error> {
        let Some(statement) = statements::of(check) else { return Ok(Hits::default()) };
        let query = self
            .query(statement)
            .bind(*scope.positions.start())
            .bind(*scope.positions.end())
            .bind(columns::limit(scope.samples.max(1)));
        Ok(hits(&query.fetch_all(connection).await?, scope))
    }

    /// Counts the rows of the log in the table, and then by each of its indexes. The range of numbers does not count: an
    /// index is sound as a whole or not at all.
    async fn indexes(
        &self,
        connection: &mut PgConnection,
        scope: &Scope,
    ) -> Result<Hits, sqlx::Error> {
        let count = "SELECT count(*) FROM eventbus_event";
        let rows: i64 = self.query_scalar(count).fetch_one(&mut *connection).await?;
        raw_sql(BY_INDEX).execute(&mut *connection).await?;
        let mut found = Hits::default();
        for (index, statement) in &statements::BY_INDEX {
            let entries: i64 = self.query_scalar(statement).fetch_one(&mut *connection).await?;
            if entries != rows {
                found.count += entries.abs_diff(rows);
                let detail = Some(format!("{index} has {entries} rows, the table has {rows}"));
                found.places.push(Place { detail, ..Place::default() });
            }
        }
        found.places.truncate(scope.samples);
        Ok(found)
    }
}

/// Reads a row as it is: what is no text is unreadable, and the row is read nevertheless.
fn log_row(row: &PgRow) -> LogRow {
    let mut unreadable = Vec::new();
    let mut text = |column| readable(row, column, &mut unreadable);
    let (event_type, source) = (text("type"), text("source"));
    let mut envelope = Envelope {
        event_type: event_type.unwrap_or_default(),
        source: source.unwrap_or_default(),
        tenant: text("tenant"),
        aggregate_id: text("aggregate_id"),
        traceparent: text("traceparent"),
        tracestate: text("tracestate"),
        ..Envelope::default()
    };
    let (metadata, data) = (text("metadata"), text("data"));
    let priority: i64 = row.try_get("priority").unwrap_or(-1);
    match Priority::of_number(priority) {
        Some(priority) => envelope.priority = priority,
        None => unreadable.push("priority"),
    }
    let uuid = |column| row.try_get::<Option<Uuid>, _>(column).unwrap_or_default();
    envelope.id = uuid("id").unwrap_or_default();
    envelope.correlation_id = uuid("correlation_id");
    envelope.causation_id = uuid("causation_id");
    LogRow {
        position: row.try_get("position").unwrap_or_default(),
        slot: row.try_get("shard").unwrap_or(-1),
        version: row.try_get("version").unwrap_or_default(),
        envelope,
        metadata,
        data: data.unwrap_or_default(),
        moved_at: row.try_get("moved_at").unwrap_or_default(),
        unreadable,
    }
}

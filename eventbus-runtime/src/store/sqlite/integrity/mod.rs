//! What an SQLite file tells about itself. Each statement is answered from one view of the file, and none keeps a writer
//! waiting: in WAL a reader never does.

mod statements;

use futures_util::TryStreamExt;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::envelope::Envelope;
use crate::error::Result;
use crate::integrity::{Check, LookedAt, Place};
use crate::migrations::{SQLITE, latest};
use crate::priority::Priority;
use crate::store::columns;
use crate::store::places::{hits, looked_at, older, readable};
use crate::store::sqlite::{SqliteStore, error};
use crate::store::{Damage, Hits, Integrity, LogRow, Readable, Scope};

impl Integrity for SqliteStore {
    fn checks(&self) -> &'static [Check] {
        statements::CHECKS
    }

    fn place(&self) -> String {
        format!("SQLite database `{}`", Self::place(self))
    }

    async fn extent(&self) -> Result<Readable<LookedAt>> {
        let what = "look at its tables";
        match self.counted().await {
            Ok((version, _)) if version < latest(SQLITE) => {
                Err(older(&Integrity::place(self), version, latest(SQLITE)))
            }
            Ok((_, looked_at)) => Ok(Ok(looked_at)),
            Err(error) => self.damage(what, error),
        }
    }

    async fn rows(
        &self,
        after: i64,
        upto: i64,
        limit: usize,
        each: &mut (dyn FnMut(LogRow) + Send),
    ) -> Result<Readable<()>> {
        let query =
            sqlx::query(statements::ROWS).bind(after).bind(upto).bind(columns::limit(limit));
        let mut rows = query.fetch(&self.pool);
        loop {
            match rows.try_next().await {
                Ok(Some(row)) => each(log_row(&row)),
                Ok(None) => return Ok(Ok(())),
                Err(error) => return self.damage("verify the log", error),
            }
        }
    }

    async fn find(&self, check: Check, scope: &Scope) -> Result<Readable<Hits>> {
        let what = format!("make the check {check}");
        let Some(statement) = statements::of(check) else { return Ok(Ok(Hits::default())) };
        let query = sqlx::query(statement)
            .bind(*scope.positions.start())
            .bind(*scope.positions.end())
            .bind(columns::limit(scope.samples.max(1)));
        match query.fetch_all(&self.pool).await {
            Ok(rows) => Ok(Ok(hits(&rows, scope))),
            // The damage is what is looked for.
            Err(error) if check == Check::DamagedFile && error::is_damage(&error) => {
                let detail = Some(columns::cause(error).to_string());
                Ok(Ok(Hits { count: 1, places: vec![Place { detail, ..Place::default() }] }))
            }
            Err(error) => self.damage(&what, error),
        }
    }
}

impl SqliteStore {
    /// The version of the tables and what is in them. Each column that a check reads is named here or in
    /// [`statements::COLUMNS`], so that older tables are found out before anything is said about their rows.
    async fn counted(&self) -> Result<(i64, LookedAt), sqlx::Error> {
        for columns in statements::COLUMNS {
            sqlx::query(*columns).fetch_optional(&self.pool).await?;
        }
        let row = sqlx::query(statements::EXTENT).fetch_one(&self.pool).await?;
        let version: Option<i64> = row.try_get("version")?;
        // Emptied, which `migrate` mends and which nothing depends on here.
        Ok((version.unwrap_or(latest(SQLITE)), looked_at(&row)))
    }

    /// What SQLite said: that the file is damaged, which belongs into the report, or something else, which is an error.
    fn damage<T>(&self, what: &str, cause: sqlx::Error) -> Result<Readable<T>> {
        if error::is_damage(&cause) {
            return Ok(Err(Damage(columns::cause(cause).to_string())));
        }
        Err(self.error(what, cause))
    }
}

/// Reads a row as it is: a column of another type than its own is unreadable, and the row is read nevertheless.
fn log_row(row: &SqliteRow) -> LogRow {
    let mut unreadable = Vec::new();
    let mut text = |column| readable(row, column, &mut unreadable);
    let (id, event_type, source) = (text("id"), text("type"), text("source"));
    let (correlation, causation) = (text("correlation_id"), text("causation_id"));
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
    let mut uuid = |column, text: Option<String>| {
        let id = text.as_deref().map(Uuid::try_parse);
        if let Some(Err(_)) = id {
            unreadable.push(column);
        }
        id.and_then(Result::ok)
    };
    envelope.id = uuid("id", id).unwrap_or_default();
    envelope.correlation_id = uuid("correlation_id", correlation);
    envelope.causation_id = uuid("causation_id", causation);
    let priority = row.try_get("priority").ok().and_then(Priority::of_number);
    if let Some(priority) = priority {
        envelope.priority = priority;
    } else {
        unreadable.push("priority");
    }
    let mut number = |column| {
        row.try_get(column).unwrap_or_else(|_| {
            unreadable.push(column);
            0
        })
    };
    LogRow {
        position: row.try_get_unchecked("position").unwrap_or_default(),
        slot: number("shard"),
        version: number("version"),
        envelope,
        metadata,
        data: data.unwrap_or_default(),
        moved_at: row.try_get("moved_at").unwrap_or_default(),
        unreadable,
    }
}

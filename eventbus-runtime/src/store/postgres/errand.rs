//! Statements that belong to no transaction of anybody's.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnection, PgQueryResult, PgRow, Postgres};
use sqlx::query::{Query, QueryAs, QueryScalar};
use sqlx::{Connection, FromRow, SqlSafeStr, query, query_as, query_scalar, raw_sql};

use crate::context::Context;
use crate::error::Result;
use crate::store::Store;
use crate::store::postgres::{PgStore, tenants};
use crate::store::transaction::{Abandoned, Transaction, depth};

/// Each statement sees what was committed before it, as it would by itself.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// [`BEGIN`] after a commit.
const ANEW: &str = "COMMIT; BEGIN ISOLATION LEVEL READ COMMITTED";

/// For statements whose bounds are in their text: a planner that does not know how few rows they read would compile them,
/// which takes longer than they do. And each is planned with what it asks for, because a plan for any question tests each row for
/// what this one leaves open.
const BEGIN_PLAIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL jit = off; \
    SET LOCAL plan_cache_mode = force_custom_plan";

/// A connection for some statements in a row that need not be one transaction. Behind a pooler that keeps no sessions
/// they are one: else others may come between the preparation of a statement and its execution. And they are one for a
/// tenant.
pub(super) enum Errand {
    Bare(PoolConnection<Postgres>),
    Wrapped(Transaction<Postgres>),
}

impl PgStore {
    /// A statement with a name where names last, so that it is prepared once for each connection. Its columns are of types
    /// that sqlx knows: it asks the server for others, and that drops a statement without a name before it is executed.
    pub(super) fn query<'q>(&self, sql: &'static str) -> Query<'q, Postgres, PgArguments> {
        query(sql).persistent(self.reach.keeps_names())
    }

    /// The same, read into a tuple.
    pub(super) fn query_as<'q, O>(&self, sql: &'static str) -> QueryAs<'q, Postgres, O, PgArguments>
    where
        O: for<'r> FromRow<'r, PgRow>,
    {
        query_as(sql).persistent(self.reach.keeps_names())
    }

    /// The same, read into its only column.
    pub(super) fn query_scalar<'q, O>(
        &self,
        sql: &'static str,
    ) -> QueryScalar<'q, Postgres, O, PgArguments>
    where
        (O,): for<'r> FromRow<'r, PgRow>,
    {
        query_scalar(sql).persistent(self.reach.keeps_names())
    }

    /// Whether transactions have to be put around statements; where nothing is known that is always right.
    async fn wraps(&self) -> bool {
        self.reach.is_pooled(&self.pool).await.unwrap_or(true)
    }

    /// Takes a connection to do `what`, for the tenant of the context around the call where that has one.
    pub(super) async fn errand(&self, what: &str) -> Result<Errand> {
        self.errand_of(what, Context::current().tenant.as_deref()).await
    }

    /// The same for a tenant, whose setting ends with the transaction.
    pub(super) async fn errand_of(&self, what: &str, tenant: Option<&str>) -> Result<Errand> {
        if tenant.is_some() || self.wraps().await {
            let failed = |error| self.error(what, error);
            let begin = Some(BEGIN.into_sql_str());
            let begun = Transaction::begin(&self.pool, begin, Abandoned::Close).await?;
            let mut transaction = begun.map_err(failed)?;
            tenants::enter(self, &mut transaction, tenant).await.map_err(failed)?;
            return Ok(Errand::Wrapped(transaction));
        }
        self.pool.acquire().await.map(Errand::Bare).map_err(|error| self.error(what, error))
    }

    /// The same for all tenants, in a transaction: nothing is hidden from this role, or it is told so. What it does not see it
    /// would take for what is not there.
    pub(super) async fn errand_of_all(&self, what: &str) -> Result<Errand> {
        let begin = Some(BEGIN_PLAIN.into_sql_str());
        let begun = Transaction::begin(&self.pool, begin, Abandoned::Close).await?;
        let mut transaction = begun.map_err(|error| self.error(what, error))?;
        match tenants::sees_all(self, &mut transaction, what).await {
            Ok(()) => Ok(Errand::Wrapped(transaction)),
            Err(hidden) => {
                // What is rolled back by losing its connection is rolled back as well.
                transaction.rollback().await.ok();
                Err(hidden)
            }
        }
    }

    /// Ends an errand with what came of it; what it wrote is committed or taken back.
    pub(super) async fn end<T>(&self, errand: Errand, outcome: Result<T>) -> Result<T> {
        match (errand, outcome) {
            (Errand::Wrapped(transaction), Ok(value)) => {
                self.commit(transaction).await?;
                Ok(value)
            }
            (Errand::Wrapped(transaction), Err(error)) => {
                // What is rolled back by losing its connection is rolled back as well.
                transaction.rollback().await.ok();
                Err(error)
            }
            (Errand::Bare(_), outcome) => outcome,
        }
    }

    /// Runs one statement.
    pub(super) async fn execute(
        &self,
        what: &str,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<PgQueryResult> {
        let mut errand = self.errand(what).await?;
        let done = query.execute(&mut *errand).await.map_err(|error| self.error(what, error));
        self.end(errand, done).await
    }

    /// Reads the row of one statement.
    pub(super) async fn fetch_one(
        &self,
        what: &str,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<PgRow> {
        let mut errand = self.errand(what).await?;
        let row = query.fetch_one(&mut *errand).await.map_err(|error| self.error(what, error));
        self.end(errand, row).await
    }

    /// Reads all rows of one statement.
    pub(super) async fn fetch_all(
        &self,
        what: &str,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>> {
        let mut errand = self.errand(what).await?;
        let rows = query.fetch_all(&mut *errand).await.map_err(|error| self.error(what, error));
        self.end(errand, rows).await
    }
}

/// Lets an errand go on as if what it did until now had been done by itself: it has no transaction id any more, which
/// whoever takes a snapshot counts on.
pub(super) async fn anew(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    if depth::<Postgres>(connection) > 0 {
        raw_sql(ANEW).execute(connection).await?;
    }
    Ok(())
}

/// A caller's connection, in a transaction of the caller's or of ours: behind such a pooler a statement must not be
/// alone there either.
pub(super) enum Inside<'c> {
    Theirs(&'c mut PgConnection),
    Ours(sqlx::Transaction<'c, Postgres>),
}

impl PgStore {
    /// Makes sure that statements on a caller's connection, which do `what`, are in a transaction where they have to.
    pub(super) async fn inside<'c>(
        &self,
        connection: &'c mut PgConnection,
        what: &str,
    ) -> Result<Inside<'c>> {
        let failed = |error| self.error(what, error);
        if !self.wraps().await
            || depth::<Postgres>(connection) > 0
            || is_open(connection).await.map_err(failed)?
        {
            return Ok(Inside::Theirs(connection));
        }
        connection.begin_with(BEGIN).await.map(Inside::Ours).map_err(failed)
    }

    /// Lets go of it with what came of it. A transaction of the caller's stays open; one of ours that failed is rolled
    /// back.
    pub(super) async fn leave<T>(
        &self,
        inside: Inside<'_>,
        what: &str,
        outcome: Result<T>,
    ) -> Result<T> {
        if let (Inside::Ours(transaction), Ok(_)) = (inside, &outcome) {
            transaction.commit().await.map_err(|error| self.error(what, error))?;
        }
        outcome
    }
}

/// Whether a transaction is open that sqlx does not know, because it was begun by a statement: savepoints exist nowhere
/// else.
async fn is_open(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    const NO_TRANSACTION: &str = "25P01";
    let savepoint = "SAVEPOINT eventbus_inside; RELEASE SAVEPOINT eventbus_inside";
    match raw_sql(savepoint).execute(connection).await {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(NO_TRANSACTION) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

impl Deref for Errand {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Bare(connection) => connection,
            Self::Wrapped(transaction) => transaction,
        }
    }
}

impl DerefMut for Errand {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Bare(connection) => connection,
            Self::Wrapped(transaction) => transaction,
        }
    }
}

impl Deref for Inside<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Theirs(connection) => connection,
            Self::Ours(transaction) => transaction,
        }
    }
}

impl DerefMut for Inside<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Theirs(connection) => connection,
            Self::Ours(transaction) => transaction,
        }
    }
}

//! The little SQL that this example needs, on either database.

use std::future::Future;

use eventbus_runtime::store::Log;
use eventbus_runtime::{PgStore, SqliteStore};
use sqlx::Row;

/// A value to bind.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    OptionalText(Option<&'a str>),
    Number(i64),
}

/// A database that the shop runs on: both take `$1` for a value.
pub(crate) trait Database: Log {
    /// Runs one statement and says how many rows it touched.
    fn execute(
        connection: &mut Self::Connection,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// Reads rows of a text and a number.
    fn counts(
        connection: &mut Self::Connection,
        sql: &'static str,
    ) -> impl Future<Output = sqlx::Result<Vec<(String, i64)>>> + Send;
}

macro_rules! database {
    ($store:ty) => {
        impl Database for $store {
            async fn execute(
                connection: &mut Self::Connection,
                sql: &'static str,
                values: &[Value<'_>],
            ) -> sqlx::Result<u64> {
                let mut query = sqlx::query(sql);
                for value in values {
                    query = match *value {
                        Value::Text(text) => query.bind(text.to_owned()),
                        Value::OptionalText(text) => query.bind(text.map(str::to_owned)),
                        Value::Number(number) => query.bind(number),
                    };
                }
                Ok(query.execute(connection).await?.rows_affected())
            }

            async fn counts(
                connection: &mut Self::Connection,
                sql: &'static str,
            ) -> sqlx::Result<Vec<(String, i64)>> {
                let rows = sqlx::query(sql).fetch_all(connection).await?;
                rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
            }
        }
    };
}

database!(SqliteStore);
database!(PgStore);

//! Reaching the server.

use std::str::FromStr;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::error::{Error, ErrorKind, Result};
use crate::store::columns;
use crate::store::postgres::error::{error, place};
use crate::store::postgres::migrate;
use crate::store::postgres::reach::{self, PATIENCE, Reach};

/// Connects before it makes the pool: a pool tries again for half a minute and then cannot say why. Twice, so that a
/// pooler that keeps no sessions shows itself.
pub(super) async fn pool(url: &str) -> Result<(PgPool, Reach)> {
    let options = PgConnectOptions::from_str(url).map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            "this is no PostgreSQL URL: write `postgres://user:password@host:5432/database`",
        )
        .with_source(columns::cause(error))
    })?;
    let connected = reach::connect_anyhow(&options).await;
    let (options, mut one) = connected.map_err(|cause| unconnected(&options, cause))?;
    let failed = |cause| unconnected(&options, cause);
    let mut other = reach::connect(&options).await.map_err(failed)?;
    let pooled = reach::ask(&mut one, &mut other).await.map_err(failed)?;
    migrate::refuse_other(&options, &mut one).await?;
    one.close().await.map_err(failed)?;
    other.close().await.map_err(failed)?;
    Ok((PgPoolOptions::new().connect_lazy_with(options), Reach::found(pooled)))
}

/// Tells a server that is silent from one that refuses.
fn unconnected(options: &PgConnectOptions, cause: sqlx::Error) -> Error {
    match cause {
        sqlx::Error::PoolTimedOut => Error::new(
            ErrorKind::Store,
            format!(
                "{}: no answer within {} seconds: check host, port and firewall",
                place(options),
                PATIENCE.as_secs()
            ),
        ),
        cause => error(options, "connect", cause),
    }
}

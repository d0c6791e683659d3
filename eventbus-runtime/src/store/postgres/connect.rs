//! Reaching the server.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

use crate::error::{Error, ErrorKind, Result};
use crate::store::columns;
use crate::store::postgres::error::{error, place};

/// How long the first connection may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connects once before it makes the pool: a pool tries again for half a minute and then cannot say why.
pub(super) async fn pool(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url).map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            "this is no PostgreSQL URL: write `postgres://user:password@host:5432/database`",
        )
        .with_source(columns::cause(error))
    })?;
    let connected = match timeout(PATIENCE, options.connect()).await {
        Ok(connected) => connected.map_err(|cause| error(&options, "connect", cause)),
        Err(_) => Err(Error::new(
            ErrorKind::Store,
            format!(
                "{}: no answer within {} seconds: check host, port and firewall",
                place(&options),
                PATIENCE.as_secs()
            ),
        )),
    };
    let closed = connected?.close().await;
    closed.map_err(|cause| error(&options, "close a connection", cause))?;
    Ok(PgPoolOptions::new().connect_lazy_with(options))
}

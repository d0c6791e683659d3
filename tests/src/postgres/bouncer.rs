//! PgBouncer between a database and whoever tests.

use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::postgres::PgDatabase;
use crate::postgres::server::Guard;

const SCRIPT: &str = concat!(include_str!("unprivileged.sh"), include_str!("bouncer.sh"));

/// A PgBouncer in front of a database; it ends when this is dropped.
#[derive(Debug)]
pub struct Bouncer {
    database: String,
    /// Ends it by letting go of its stdin.
    guard: Guard,
}

/// To whom it lends a connection of the server, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolMode {
    /// To a client, until that goes.
    Session,
    /// To a transaction.
    Transaction,
}

impl PgDatabase {
    /// A PgBouncer in front of it with `size` connections of the server.
    ///
    /// # Panics
    /// When there is no PgBouncer.
    #[must_use]
    pub fn bouncer(&self, mode: PoolMode, size: u32) -> Bouncer {
        self.bouncer_with(mode, size, "")
    }

    /// The same with further lines of its configuration.
    ///
    /// # Panics
    /// When there is no PgBouncer.
    #[must_use]
    pub fn bouncer_with(&self, mode: PoolMode, size: u32, settings: &str) -> Bouncer {
        let options = PgConnectOptions::from_str(&self.url()).expect("the test server has a URL");
        let host = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => options.get_host().to_owned(),
        };
        let (port, user, url) =
            (options.get_port(), options.get_username(), options.to_url_lossy());
        let password = url.password().map(|password| format!(" password={password}"));
        let mode = match mode {
            PoolMode::Session => "session",
            PoolMode::Transaction => "transaction",
        };
        let configuration = format!(
            "[databases]\n* = host={host} port={port} user={user}{}\n[pgbouncer]\nlisten_addr =\nauth_type = any\n\
             pool_mode = {mode}\ndefault_pool_size = {size}\nmax_client_conn = 200\n{settings}",
            password.unwrap_or_default()
        );
        let missing = "PgBouncer is not installed: install it (Debian and Ubuntu: `apt-get install pgbouncer`, macOS: \
                       `brew install pgbouncer`)";
        let guard = Guard::start(SCRIPT, &configuration, missing);
        Bouncer { database: self.name.clone(), guard }
    }
}

impl Bouncer {
    /// The URL of the database through it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost:6432/{}?host={}", self.database, self.guard.folder)
    }
}

//! What a figure depends on, to be kept with it.

use std::fmt;
use std::fs;
use std::thread::available_parallelism;

use serde::Serialize;

use crate::Result;
use crate::options::{Database, Options};
use crate::place;

/// The conditions of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Conditions {
    seed: u64,
    rounds: usize,
    payload_bytes: usize,
    cores: usize,
    /// The machine's load when the run began, where the system says it.
    load: Option<String>,
    postgres: Option<String>,
    sqlite: Option<String>,
}

impl Conditions {
    pub(crate) async fn find(options: &Options, seed: u64) -> Result<Self> {
        let load = fs::read_to_string("/proc/loadavg").ok();
        let load = load.and_then(|text| text.split(' ').next().map(str::to_owned));
        let postgres = if options.on(Database::Postgres) { Some(postgres().await?) } else { None };
        let sqlite = if options.on(Database::Sqlite) { Some(sqlite().await?) } else { None };
        let cores = available_parallelism()?.get();
        let (rounds, payload_bytes) = (options.rounds, options.payload);
        Ok(Self { seed, rounds, payload_bytes, cores, load, postgres, sqlite })
    }
}

async fn postgres() -> Result<String> {
    let (bus, _database) = place::postgres(1).await?;
    let said = sqlx::query_scalar(
        "SELECT format('%s over a Unix socket, fsync %s, synchronous_commit %s, full_page_writes %s', \
         split_part(current_setting('server_version'), ' ', 1), current_setting('fsync'), \
         current_setting('synchronous_commit'), current_setting('full_page_writes'))",
    )
    .fetch_one(bus.pool())
    .await?;
    bus.pool().close().await;
    Ok(said)
}

async fn sqlite() -> Result<String> {
    let (bus, _file) = place::sqlite().await?;
    let (version, synchronous, journal): (String, i64, String) = sqlx::query_as(
        "SELECT sqlite_version(), s.synchronous, j.journal_mode FROM pragma_synchronous AS s, \
         pragma_journal_mode AS j",
    )
    .fetch_one(bus.pool())
    .await?;
    bus.pool().close().await;
    let synchronous = if synchronous == 2 { "FULL".to_owned() } else { synchronous.to_string() };
    Ok(format!("{version}, journal_mode {journal}, synchronous {synchronous}"))
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, rounds, payload_bytes, cores, .. } = self;
        write!(
            f,
            "seed {seed}, medians of {rounds} rounds in turns, {payload_bytes} bytes of JSON, {cores} cores"
        )?;
        if let Some(load) = &self.load {
            write!(f, ", load {load} before")?;
        }
        if let Some(postgres) = &self.postgres {
            write!(f, "\nPostgreSQL {postgres}")?;
        }
        if let Some(sqlite) = &self.sqlite {
            write!(f, "\nSQLite {sqlite}")?;
        }
        Ok(())
    }
}

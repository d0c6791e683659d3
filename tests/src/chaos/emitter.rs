//! A process that emits: transactions with a business row, one event or several, over accounts that others write to as well.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use eventbus_runtime::{PgBus, SqliteBus};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;

use crate::chaos::events::{LedgerWritten, Teller};
use crate::chaos::history::{Noted, What};
use crate::chaos::worker::{self, Bus, Failure, PAUSE, Worker};

/// The aggregates of a run.
pub(super) const ACCOUNTS: [&str; 12] =
    ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

/// Emits until its input ends.
#[derive(Debug, Clone, Args)]
pub(super) struct Emitter {
    #[command(flatten)]
    worker: Worker,

    /// How many transactions it has open at once
    #[arg(long)]
    connections: u64,

    /// How long its longest transactions are open, in milliseconds
    #[arg(long)]
    longest: u64,
}

/// One transaction, decided before it begins.
struct Intent {
    name: String,
    /// In the order of their names, so that no two wait for each other; each with the number of its events.
    accounts: Vec<(&'static str, i64)>,
    open: Duration,
    commits: bool,
}

impl Intent {
    fn random(name: String, longest: u64, random: &mut StdRng) -> Self {
        let chosen = ACCOUNTS.into_iter().filter(|_| random.random_bool(0.15)).collect::<Vec<_>>();
        let one = vec![ACCOUNTS[random.random_range(0..ACCOUNTS.len())]];
        let accounts = if chosen.is_empty() { one } else { chosen };
        let several = |account| {
            (account, if random.random_bool(0.2) { random.random_range(2..6) } else { 1 })
        };
        let accounts = accounts.into_iter().map(several).collect();
        let millis = if random.random_bool(0.03) { random.random_range(0..longest) } else { 0 };
        let open = Duration::from_millis(millis);
        Self { name, accounts, open, commits: random.random_bool(0.85) }
    }
}

macro_rules! transact {
    ($name:ident, $bus:ty) => {
        /// A transaction that fails before its commit is not committed; what a commit came to that fails, nobody knows.
        async fn $name(bus: &$bus, teller: &Teller, intent: Intent) -> Result<(), Failure> {
            let transaction = intent.name;
            let mut tx = bus.begin().await?;
            let mut events = Vec::new();
            for (account, count) in intent.accounts {
                let sql = "UPDATE account SET n = n + $1 WHERE account = $2 RETURNING n";
                let raise = sqlx::query_scalar(sql).persistent(false).bind(count).bind(account);
                let last: i64 = raise.fetch_one(&mut *tx).await?;
                for n in last - count + 1..=last {
                    let id = format!("{transaction}.{}", events.len());
                    events.push(Noted { id, account: account.to_owned(), n });
                }
            }
            let emitted: Vec<LedgerWritten> = events.iter().map(LedgerWritten::from).collect();
            teller.tell(What::Emitting { transaction: transaction.clone(), events });
            bus.emit(&mut tx, emitted).await?;
            sleep(intent.open).await;
            if !intent.commits {
                teller.tell(What::Aborted { transaction });
                return Ok(tx.rollback().await?);
            }
            teller.tell(What::Committing { transaction: transaction.clone() });
            tx.commit().await?;
            teller.tell(What::Committed { transaction });
            Ok(())
        }
    };
}

transact!(on_postgres, PgBus);
transact!(on_sqlite, SqliteBus);

/// Runs it.
///
/// # Errors
/// Where a task of it panics.
pub(super) async fn run(options: Emitter) -> Result<(), Failure> {
    let told = worker::told_to_end();
    let bus = Arc::new(worker::connect(&options.worker.url).await);
    let tasks: Vec<_> = (0..options.connections)
        .map(|task| {
            let (bus, told, options) = (Arc::clone(&bus), told.clone(), options.clone());
            tokio::spawn(async move {
                let teller = Teller { by: options.worker.name.clone() };
                let mut random = StdRng::seed_from_u64(options.worker.seed.wrapping_add(task));
                let mut number = 0;
                while !*told.borrow() {
                    number += 1;
                    let name = format!("{}/{task}/{number}", teller.by);
                    let intent = Intent::random(name, options.longest, &mut random);
                    let done = match &*bus {
                        Bus::Postgres(bus) => on_postgres(bus, &teller, intent).await,
                        Bus::Sqlite(bus) => on_sqlite(bus, &teller, intent).await,
                    };
                    let pause = Duration::from_millis(random.random_range(5..40));
                    if let Err(error) = done {
                        eprintln!("{error:?}");
                        sleep(PAUSE).await;
                    }
                    sleep(pause).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await?;
    }
    Ok(())
}

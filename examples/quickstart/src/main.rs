//! Orders from a file become business rows and events in one transaction each; a relay hands the events to typed
//! handlers that keep a sales summary. The same program on SQLite and on PostgreSQL.

mod database;
mod handlers;
mod input;
mod report;
mod shop;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use eventbus_runtime::{EventBus, PgBus, Retry, Running, SqliteBus};
use shop_events::{SystemHealth, SystemStarted, SystemStopped};

use crate::database::Database;
use crate::input::Line;
use crate::report::{Format, Report};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const HELP: &str = "\
Reads orders, writes them with their events, and relays the events to handlers.

Usage: quickstart [--format text|json] [FILE]

  FILE              orders as JSON lines; default: the orders.ndjson beside this example
  --format FORMAT   how the report is printed; default: text
  -h, --help        this text

Environment:
  DATABASE_URL      sqlite://FILE or postgres://USER@HOST/DATABASE; default: sqlite://shop.db
  RUST_LOG          what is logged to standard error, for example eventbus_runtime=debug

Examples:
  cargo run -p quickstart
  DATABASE_URL=sqlite:///tmp/shop.db cargo run -p quickstart -- my-orders.ndjson
  DATABASE_URL=postgres://localhost/shop cargo run -p quickstart -- --format json
";

struct Arguments {
    file: PathBuf,
    format: Format,
}

#[tokio::main]
async fn main() -> ExitCode {
    log_to_stderr();
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("error: {problem}\nhelp: `quickstart --help` lists what it takes");
            return ExitCode::from(2);
        }
    };
    match open(&arguments).await {
        Ok(report) => {
            print!("{}", report.print(arguments.format));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// The one place that knows which databases there are.
async fn open(arguments: &Arguments) -> Result<Report> {
    // Before a database is opened, and perhaps made, for nothing.
    let lines = input::read(&arguments.file)?;
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite://shop.db".to_owned());
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        run(PgBus::connect(&url).await?, arguments, &lines).await
    } else if url.starts_with("sqlite:") {
        run(SqliteBus::connect(&url).await?, arguments, &lines).await
    } else {
        Err("DATABASE_URL names no database of this example: write sqlite://FILE or postgres://.."
            .into())
    }
}

async fn run<S: Database>(
    bus: EventBus<S>,
    arguments: &Arguments,
    lines: &[Line],
) -> Result<Report> {
    let bus = bus.with_source("quickstart");
    bus.migrate().await?;
    shop::create_tables(&bus).await?;
    let details = [("file".to_owned(), arguments.file.display().to_string())].into();
    shop::note(&bus, SystemStarted { details }).await?;

    let sales = sales(&bus).await?;
    let labels = labels(&bus).await?;
    let imported = shop::import(&bus, lines).await?;
    let details = [("imported".to_owned(), imported.fresh.to_string())].into();
    shop::note(&bus, SystemHealth { details }).await?;
    eprintln!("imported; waiting for the handlers");
    for running in [&sales, &labels] {
        running.settled().await?;
    }
    shop::note(&bus, SystemStopped { details: BTreeMap::new() }).await?;
    let report = Report::collect(
        &bus,
        imported,
        [("sales", sales.stats().total), ("labels", labels.stats().total)],
    )
    .await?;
    bus.shutdown().await?;
    Ok(report)
}

/// The sales summary: each handler writes in the transaction that also moves the subscription on.
async fn sales<S: Database>(bus: &EventBus<S>) -> Result<Running<S>> {
    let running = bus
        .subscribe("sales")
        .handle(handlers::count_pieces::<S>)
        .handle(handlers::return_pieces::<S>)
        .handle(handlers::book_payment::<S>)
        .start()
        .await?;
    Ok(running)
}

/// A label for each parcel. The printer jams now and then, so it is tried again soon.
async fn labels<S: Database>(bus: &EventBus<S>) -> Result<Running<S>> {
    let running = bus
        .subscribe("labels")
        .retry(Retry { first: Duration::from_millis(20), ..Retry::default() })
        .handle(handlers::print_label::<S>)
        .start()
        .await?;
    Ok(running)
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let mut file = None;
    let mut format = Format::Text;
    while let Some(word) = words.next() {
        match word.as_str() {
            "-h" | "--help" => return Ok(None),
            "--format" => {
                format = match words.next().as_deref() {
                    Some("text") => Format::Text,
                    Some("json") => Format::Json,
                    _ => return Err("--format takes `text` or `json`".to_owned()),
                };
            }
            option if option.starts_with('-') => return Err(format!("unknown option `{option}`")),
            _ if file.is_some() => return Err("only one FILE is read".to_owned()),
            _ => file = Some(PathBuf::from(word)),
        }
    }
    let file = file
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/orders.ndjson")));
    Ok(Some(Arguments { file, format }))
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

/// The error and its causes, but for those that only repeat what was said.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |&cause| cause.source()) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text.push_str("\n  because: ");
            text.push_str(&cause);
        }
    }
    text
}

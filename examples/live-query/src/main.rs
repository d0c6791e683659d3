//! A live query in a terminal: how many orders wait for what, while another process takes them, is paid and ships.
//!
//! ```sh
//! cargo run -p live-query
//! ```
//!
//! It works on an SQLite file in a temporary folder. The other process is this program once more. On a terminal the table is
//! drawn in its place; elsewhere each result is a line. It ends when all orders are shipped, and exits with 0 only where it
//! came to see that without looking more often than something changed.

mod screen;
mod shop;

use std::error::Error;
use std::process::{Child, Command};
use std::time::Duration;

use eventbus_runtime::{Key, SqliteBus};

use crate::screen::Screen;
use crate::shop::OrderEvent;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// How many orders there will be.
const ORDERS: u32 = 40;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => watch().await,
        [url, rest] => shop::trade(url, ORDERS, Duration::from_millis(rest.parse()?)).await,
        _ => Err("usage: live-query".into()),
    }
}

async fn watch() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}", folder.path().join("shop.db").display());
    let bus = SqliteBus::connect(&url).await?;
    bus.migrate().await?;
    shop::create_tables(&bus).await?;

    let pool = bus.pool().clone();
    let mut board = bus
        .live([Key::of::<OrderEvent>()], move || shop::board(pool.clone()))
        .await?
        .throttle(Duration::from_millis(50))
        .distinct();

    let mut screen = Screen::new();
    // Slowly enough to be seen by whoever looks.
    let rest = if screen.is_terminal() { "40" } else { "2" };
    let mut other = Process(Command::new(std::env::current_exe()?).args([&url, rest]).spawn()?);
    let mut results = 0;
    while let Some(result) = board.next().await {
        let lines = result?;
        screen.show(&lines)?;
        results += 1;
        if lines.iter().any(|(state, orders, _)| state == "shipped" && *orders == i64::from(ORDERS))
        {
            break;
        }
    }
    assert!(other.0.wait()?.success(), "the other process did all it should");
    let changes = 3 * ORDERS;
    println!("{changes} changes were {results} results");
    assert!(results <= changes + 1, "it looks when something changed, and only then");
    bus.shutdown().await?;
    assert!(board.next().await.is_none(), "it ends with its bus");
    Ok(())
}

/// Whatever becomes of this process, it leaves no other behind.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

//! The real `cargo-eventbus` on small crates.

mod absent;
#[cfg(unix)]
mod against;
mod check;
mod checked;
mod determinism;
mod discover;
mod evolution;
#[cfg(unix)]
mod faults;
mod former_shapes;
mod from_registry;
mod generate;
mod git;
mod given_up;
mod honest;
mod init;
mod merging;
mod migrations;
mod modes;
mod ownership;
mod pasted;
mod published;
mod released;
mod remedies;
mod reviewed;
mod samples;
mod steps;
mod unread;
mod workspaces;

/// Takes from the fixture's lock file, the workspace's, what the fixture does not need: a check leaves it as it is.
fn lock(fixture: &eventbus_tests::toolchain::Fixture) {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(fixture.path(""))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Two events in two groups.
const SHOP: &str = r#"
use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Every event of the shop.
#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    System(SystemEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    /// A customer's order.
    Placed {
        #[event(aggregate_id)]
        order_id: Uuid,
        total_cents: i64,
        items: Vec<Item>,
        coupon: Option<String>,
    },
}

#[derive(Debug, Clone, DomainEvent)]
pub enum SystemEvent {
    Started { host: String },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    pub sku: String,
    pub carrier: Carrier,
    pub parts: Vec<Item>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    Dhl,
    Ups,
}
"#;

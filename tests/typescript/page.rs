//! The quickstart's page in a browser: it shows what Rust writes by family, and says of the rest what it is.
//!
//! `EVENTBUS_KEEP_PICTURE` names a file for a picture of it.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use eventbus_runtime::{DomainEvent, Envelope, RawEvent};
use eventbus_tests::toolchain::workspace;
use shop_events::ShopEvent;

use crate::node::{output, program};

/// Ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn event(number: u128, event_type: &str, version: u32, data: &str) -> String {
    let envelope = Envelope {
        id: uuid::Uuid::from_u128(number),
        event_type: event_type.to_owned(),
        version,
        source: "shop".to_owned(),
        ..Envelope::default()
    };
    serde_json::to_string(&RawEvent { envelope, data: data.to_owned() }).unwrap() + "\n"
}

/// Each event of the shop, as the registry's sample of it says, and three that are none.
fn events() -> String {
    let mut lines = String::new();
    for (number, leaf) in (1..).zip(ShopEvent::CATALOG.leaves()) {
        let sample = format!("schemas/{}/samples/v{}.json", leaf.event_type, leaf.version);
        let data = fs::read_to_string(workspace().join(sample)).unwrap();
        let read = ShopEvent::from_data(leaf.event_type, leaf.version, &data).unwrap();
        lines += &event(number, leaf.event_type, leaf.version, &read.to_data().unwrap());
    }
    lines += &event(100, "order.returned", 1, "{}");
    lines += &event(101, "order.placed", 7, "{}");
    lines +=
        &event(102, "order.placed", 1, r#"{"order_id":"<b>1</b>","items":[],"status":"lost"}"#);
    lines
}

#[test]
fn a_page_shows_what_rust_writes_by_family() {
    let folder = tempfile::TempDir::new().unwrap();
    let project = workspace().join("examples/quickstart/typescript");
    output(
        program("tsc")
            .args(["--noEmit", "false", "--project"])
            .arg(&project)
            .arg("--outDir")
            .arg(folder.path().join("build")),
    );
    for file in ["index.html", "serve.mjs"] {
        fs::copy(project.join("page").join(file), folder.path().join(file)).unwrap();
    }
    fs::write(folder.path().join("events.jsonl"), events()).unwrap();
    let mut command = program("node");
    command.arg(folder.path().join("serve.mjs")).stdout(Stdio::piped());
    let mut server = Server(command.spawn().unwrap());
    let mut address = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut address).unwrap();

    let page = browse(folder.path(), &["--dump-dom", address.trim()]);
    assert!(page.contains(r#"data-state="shown""#), "{page}");
    let shown = |id: &str| {
        let section = page.split(&format!("<section id=\"{id}\"")).nth(1).unwrap();
        section.split("</section>").next().unwrap().matches("<li>").count()
    };
    let families = ["order", "payment", "user", "system", "unknown", "invalid"].map(shown);
    assert_eq!(families, [4, 4, 3, 3, 2, 1], "{page}");
    assert!(page.contains("order.placed, version 7"), "{page}");
    assert!(page.contains("data.status must be one of"), "{page}");

    let picture = folder.path().join("page.png");
    let option = format!("--screenshot={}", picture.display());
    browse(folder.path(), &[&option, "--window-size=1000,900", address.trim()]);
    let picture = fs::read(&picture).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    if let Some(keep) = env::var_os("EVENTBUS_KEEP_PICTURE") {
        fs::write(keep, picture).unwrap();
    }
}

/// What the browser prints.
fn browse(folder: &Path, arguments: &[&str]) -> String {
    let program = env::var_os("EVENTBUS_TEST_CHROMIUM").unwrap_or_else(|| "chromium".into());
    let mut command = Command::new(program);
    command.args([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=10000",
    ]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    let found = command.args(arguments).stderr(Stdio::piped()).output();
    let output = found.expect("install chromium, as scripts/test does");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

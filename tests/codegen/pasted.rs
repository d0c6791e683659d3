//! What findings say to write, pasted into the code as it stands there.

use std::fs;

use eventbus_tests::toolchain::Fixture;

use crate::SHOP;

const SAMPLE: &str = "schemas/system.started/samples/v1.json";
const STARTED: &str = "Started { host: String },";
const PORT: &str = "Started { host: String, port: u16 },";
const FORMER: &str = "
pub struct SystemStartedV1 { host: String }
impl From<SystemStartedV1> for SystemStarted {
    fn from(old: SystemStartedV1) -> Self { Self { host: old.host, port: 80 } }
}";

/// The attribute that is said first of those that begin like this.
#[track_caller]
fn attribute(said: &str, begin: &str) -> String {
    let start = said.find(begin).unwrap_or_else(|| panic!("`{begin}` is not in:\n{said}"));
    let mut depth = 0_usize;
    let is_end = |letter: char| {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        letter == ']' && depth == 0
    };
    let end = said[start..].find(is_end).expect("it is closed");
    said[start..=start + end].to_owned()
}

fn with(fixture: &Fixture, event: &str, rest: &str) {
    fixture.write("src/lib.rs", &format!("{}{rest}", SHOP.replace(STARTED, event)));
}

#[test]
fn the_next_version_and_the_payload_as_it_was() {
    let fixture = Fixture::new("pasted-next", SHOP);
    fixture.codegen();
    let sample = fixture.read(SAMPLE);
    // Of a stored sample that does not decode, and of a change that is refused.
    for refuse_sample in [true, false] {
        if !refuse_sample {
            fs::remove_file(fixture.path(SAMPLE)).unwrap();
        }
        with(&fixture, PORT, "");
        let run = fixture.run(&["check"]);
        assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
        assert_eq!(run.stderr.contains("a sample of"), refuse_sample, "{}", run.stderr);
        let version = attribute(&run.stderr, "#[event(version = 2, upcast(1 => SystemStartedV1)");
        let derives = attribute(&run.stderr, "#[derive(");
        with(&fixture, &format!("{version} {PORT}"), &format!("{derives}{FORMER}"));
        fixture.write(SAMPLE, &sample);
        fixture.run(&["check"]).said(0, &["nothing is refused"]);
    }
    fixture.codegen();
}

#[test]
fn what_reads_a_former_version_or_gives_it_up() {
    let fixture = Fixture::new("pasted-former", SHOP);
    fixture.codegen();
    let wrong = FORMER.replace("host: String }", "host: String, cores: u16 }");
    let wrong = format!(
        "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, eventbus_runtime::EventPayload)]{wrong}"
    );
    with(&fixture, &format!("#[event(version = 2, upcast(1 => SystemStartedV1))] {PORT}"), &wrong);
    let run = fixture.run(&["check"]);
    run.said(1, &["a sample of `system.started` at version 1 does not decode"]);
    let sample = run.stderr.split("a sample of").nth(1).expect("it is said of the sample");
    let upcast = attribute(sample, "#[event(upcast(1 => SystemStartedV1))]");
    let derives = attribute(sample, "#[derive(");
    let event = format!("#[event(version = 2)] {upcast} {PORT}");
    with(&fixture, &event, &format!("{derives}{FORMER}"));
    fixture.run(&["check"]).said(0, &["nothing is refused"]);

    let unreadable = attribute(sample, "#[event(unreadable(1)");
    with(&fixture, &format!("#[event(version = 2)] {unreadable} {PORT}"), "");
    fixture.run(&["check"]).succeeded();
}

/// Cents are written as a text, which its schema does not say.
const MONEY: &str = "
    fn cents<S: serde::Serializer>(cents: &i64, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&cents.to_string())
    }
    fn read<'de, D: serde::Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either { Number(i64), Text(String) }
        match Either::deserialize(from)? {
            Either::Number(cents) => Ok(cents),
            Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
    fn as_text(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ \"type\": \"string\" })
    }";

#[test]
fn what_describes_what_is_written_by_hand_or_takes_it_out() {
    let fixture = Fixture::new("pasted-honest", "");
    let by_hand = "#[serde(serialize_with = \"cents\", deserialize_with = \"read\")]";
    let library = |derive: &str, attributes: &str| {
        let money = format!("{derive}\npub struct Money {{ {attributes} cents: i64 }}");
        let library = SHOP.replace(STARTED, "Started { host: String, price: Money },");
        fixture.write("src/lib.rs", &format!("{library}{money}{MONEY}"));
    };
    let derive = "#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]";
    library(derive, by_hand);
    let run = fixture.run(&["codegen"]);
    run.refused(&["`system.started` version 1 at /price/cents is not what its schema says"]);
    let with = attribute(&run.stderr, "#[schemars(with");
    let function = attribute(&run.stderr, "#[schemars(schema_with").replace("..", "as_text");
    for described in [with, function] {
        library(derive, &format!("{by_hand} {described}"));
        fixture.codegen();
    }
    library(&format!("#[derive(Debug, Clone)] {}", attribute(&run.stderr, "#[derive(")), "");
    fixture.run(&["check"]).said(1, &["error[EV208]"]);
}

/// A reason stands for what the schemas say; the sample is a document, and is taken away where everybody sees it.
#[test]
fn a_reason_lets_a_change_through_and_no_sample() {
    let fixture = Fixture::new("pasted-reason", SHOP);
    fixture.codegen();
    with(&fixture, &format!("#[event(compat(reviewed = \"none is stored\"))] {PORT}"), "");
    let delete = format!("if no event of version 1 is stored, delete `{SAMPLE}`");
    let parts = [&delete, "a reason in `compat(reviewed = \"..\")` lets the change through"];
    fixture.run(&["codegen"]).said(1, &[parts[0], parts[1], "nothing was written"]);
    fixture.run(&["check"]).said(1, &[parts[0], parts[1]]);
    fs::remove_file(fixture.path(SAMPLE)).unwrap();
    fixture.codegen();
    assert!(fixture.read(SAMPLE).contains("\"port\": 1"));
    fixture.run(&["check"]).said(0, &["nothing is refused"]);
}

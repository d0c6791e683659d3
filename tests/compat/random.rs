//! Random pairs: no sampled document may speak against an answer.
//!
//! A `yes` is disproved by one document that the one side accepts and the other refuses. A `no` comes with such a document,
//! which must be one for another validator too. `EVENTBUS_TEST_SEED` runs the pairs of a failed run again, and
//! `EVENTBUS_TEST_COUNT` says how many there are.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use eventbus_tests::random::seeded;
use eventbus_tests::toolchain::program;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};

use crate::contract::{reader, writer};
use crate::documents::{generic, instance, off_by_a_little, with_plain_numbers};
use crate::generate::{Dice, Family, Pair, is_endless, pair};

const COUNT_VARIABLE: &str = "EVENTBUS_TEST_COUNT";

/// How many pairs one run of the program is asked, and how long it may take.
const AT_ONCE: usize = 100;
const LONGEST: Duration = Duration::from_secs(30);

/// How many documents are made for each schema of a pair.
const DOCUMENTS: usize = 12;

/// What became of the questions.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    yes: usize,
    no: usize,
    unknown: usize,
    /// Answers that a document speaks against.
    wrong: usize,
}

/// How the schemas of a pair are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reading {
    Plain,
    Contracts,
}

#[derive(Debug, Default)]
struct Report {
    scores: BTreeMap<(Reading, Family), Score>,
    faults: Vec<String>,
    reasons: BTreeMap<String, usize>,
    slowest: Duration,
}

#[test]
fn no_document_speaks_against_an_answer() {
    let count =
        env::var(COUNT_VARIABLE).map_or(1_000, |count| count.parse().expect("a count is a number"));
    // Built before the first questions are timed.
    let _ = program();
    let mut dice = Dice(seeded());
    let mut report = Report::default();
    let mut left = count;
    while left > 0 {
        let pairs: Vec<Pair> = (0..left.min(AT_ONCE)).map(|_| valid_pair(&mut dice)).collect();
        left -= pairs.len();
        for reading in [Reading::Plain, Reading::Contracts] {
            report.ask(&mut dice, &pairs, reading);
        }
    }
    report.print();
    assert!(report.faults.is_empty(), "{} answers are wrong or took too long", report.faults.len());
    for ((reading, family), score) in &report.scores {
        let asked = score.yes + score.no + score.unknown;
        assert!(
            score.unknown * 100 <= asked * 3,
            "{} of {asked} are undecided: {reading:?} {family:?}",
            score.unknown
        );
    }
}

impl Report {
    fn ask(&mut self, dice: &mut Dice, pairs: &[Pair], reading: Reading) {
        // A contract can be said in keywords for the shapes of types only.
        let is_asked = |pair: &&Pair| reading == Reading::Plain || pair.family == Family::Types;
        let pairs: Vec<&Pair> = pairs.iter().filter(is_asked).collect();
        let started = Instant::now();
        let answers = answers(&pairs, reading);
        let took = started.elapsed();
        self.slowest = self.slowest.max(took);
        if took > LONGEST {
            self.faults.push(format!(
                "{} pairs took {took:?}, {}",
                pairs.len(),
                slowest(&pairs, reading)
            ));
        }
        assert_eq!(answers.len(), pairs.len());
        for (pair, answer) in pairs.iter().zip(&answers) {
            self.judge(dice, pair, answer, reading);
        }
    }

    fn judge(&mut self, dice: &mut Dice, pair: &Pair, answer: &Value, reading: Reading) {
        let mut documents = generic();
        for schema in [&pair.old, &pair.new] {
            for _ in 0..DOCUMENTS {
                let document = instance(dice, schema, schema);
                documents.push(off_by_a_little(dice, &document));
                documents.push(document);
            }
        }
        let witness = |side: &str| answer.get(format!("{side}_witness")).cloned();
        documents.extend(["backward", "forward"].into_iter().filter_map(witness));
        let plain = |document: Value| match pair.family {
            Family::Drafts => with_plain_numbers(document),
            _ => document,
        };
        let documents: Vec<Value> = documents.into_iter().map(plain).collect();
        let sides = [("backward", &pair.old, &pair.new), ("forward", &pair.new, &pair.old)];
        for (side, from, to) in sides {
            let score = self.scores.entry((reading, pair.family)).or_default();
            let [writes, reads] = match reading {
                Reading::Plain => [validator(from), validator(to)],
                Reading::Contracts => [validator(&writer(from)), validator(&reader(to))],
            };
            let speaks = |document: &Value| writes.is_valid(document) && !reads.is_valid(document);
            let disproof;
            let against = match answer[side].as_str() {
                Some("yes") => {
                    score.yes += 1;
                    documents.iter().find(|document| speaks(document))
                }
                Some("no") => {
                    score.no += 1;
                    disproof = plain(witness(side).expect("a `no` comes with a document"));
                    // What one choice writes counts as written, also where another one fits it, too.
                    let written = match reading {
                        Reading::Plain => validator(from),
                        Reading::Contracts => validator(&each_choice(&writer(from))),
                    };
                    let speaks =
                        |witness: &&Value| written.is_valid(witness) && !reads.is_valid(witness);
                    Some(&disproof).filter(|witness| !speaks(witness))
                }
                _ => {
                    score.unknown += 1;
                    let reason = answer[format!("{side}_reason")].as_str().unwrap_or("none");
                    *self.reasons.entry(reason.chars().take(60).collect()).or_default() += 1;
                    if env::var("EVENTBUS_TEST_UNDECIDED").is_ok() {
                        println!("undecided, {reason}: {from}\n  within {to}");
                    }
                    None
                }
            };
            if let Some(document) = against {
                score.wrong += 1;
                let said = &answer[side];
                self.faults.push(format!(
                    "{said} is wrong, {reading:?}, because of {document}:\n  {from}\n  within {to}"
                ));
            }
        }
    }

    fn print(&self) {
        for fault in self.faults.iter().take(20) {
            println!("{fault}");
        }
        for ((reading, family), score) in &self.scores {
            println!("{reading:?} {family:?}: {score:?}");
        }
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.iter().take(10) {
            println!("undecided {count} times: {reason}");
        }
        println!("the slowest {AT_ONCE} pairs took {:?}", self.slowest);
    }
}

/// What `cargo eventbus diff` says of each pair.
fn answers(pairs: &[&Pair], reading: Reading) -> Vec<Value> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let line = |pair: &&Pair| json!({"id": 0, "old": pair.old, "new": pair.new}).to_string() + "\n";
    fs::write(file.path(), pairs.iter().map(line).collect::<String>()).expect("a file");
    let mut command = Command::new(program());
    command.args(["diff", "--witnesses", "--pairs"]).arg(file.path());
    if reading == Reading::Contracts {
        command.arg("--contracts");
    }
    let output = command.output().expect("the toolchain starts");
    if !output.status.success() {
        // Which of them it was is found by asking one at a time.
        if let [pair] = pairs {
            let said = String::from_utf8_lossy(&output.stderr);
            panic!("{said}\n{reading:?}:\n  {}\n  {}", pair.old, pair.new);
        }
        return pairs.iter().flat_map(|pair| answers(&[pair], reading)).collect();
    }
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("an answer")).collect()
}

/// The pair that takes longest alone.
fn slowest(pairs: &[&Pair], reading: Reading) -> String {
    let took = |pair: &&Pair| {
        let started = Instant::now();
        answers(&[pair], reading);
        started.elapsed()
    };
    let (took, pair) =
        pairs.iter().map(|pair| (took(pair), pair)).max_by_key(|(took, _)| *took).expect("some");
    format!("{took:?} of it for {reading:?}:\n  {}\n  {}", pair.old, pair.new)
}

/// A pair of schemas that are ones: a mutation may leave what the metaschema refuses.
fn valid_pair(dice: &mut Dice) -> Pair {
    loop {
        let pair = pair(dice);
        let is_one = |schema: &Value| !is_endless(schema) && built(schema).is_ok();
        if is_one(&pair.old) && is_one(&pair.new) {
            return pair;
        }
    }
}

/// The schema with every `oneOf` an `anyOf`.
fn each_choice(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(each_choice).collect(),
        Value::Object(keys) => {
            let mut keys: Map<String, Value> =
                keys.iter().map(|(key, value)| (key.clone(), each_choice(value))).collect();
            if let Some(choices) = keys.remove("oneOf") {
                let any = json!({ "anyOf": choices });
                let all = keys.remove("allOf").and_then(|all| all.as_array().cloned());
                let all: Vec<Value> = all.into_iter().flatten().chain([any]).collect();
                keys.insert("allOf".to_owned(), Value::from(all));
            }
            Value::Object(keys)
        }
        other => other.clone(),
    }
}

fn validator(schema: &Value) -> Validator {
    built(schema).unwrap_or_else(|error| panic!("{error}: {schema}"))
}

fn built(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::options().should_validate_formats(true).build(schema)
}

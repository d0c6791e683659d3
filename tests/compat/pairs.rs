//! Pairs with a known answer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eventbus_tests::toolchain::program;
use serde_json::Value;

/// What `cargo eventbus diff --pairs` says of each line.
fn answers(pairs: &Path) -> Vec<Value> {
    let output = Command::new(program())
        .args(["diff", "--pairs"])
        .arg(pairs)
        .output()
        .expect("the toolchain starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("an answer")).collect()
}

#[test]
fn known_answers_are_found() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("compat/data/pairs.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let pairs: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answers = answers(&file);
    assert_eq!(answers.len(), pairs.len());
    let (mut right, mut unknown) = (0, 0);
    for (pair, answer) in pairs.iter().zip(&answers) {
        assert_eq!(pair["id"], answer["id"]);
        let wanted = if pair["backward"] == true { "yes" } else { "no" };
        match answer["backward"].as_str().unwrap() {
            "unknown" => unknown += 1,
            found if found == wanted => right += 1,
            found => {
                assert_ne!(
                    found, "yes",
                    "{}: {} does not lie within {}",
                    pair["id"], pair["old"], pair["new"]
                );
                println!("{}: {found} instead of {wanted}", pair["id"]);
            }
        }
    }
    let decided = pairs.len() - unknown;
    println!(
        "{right} of {decided} decided pairs are right, {unknown} of {} are undecided",
        pairs.len()
    );
    assert!(right * 100 >= decided * 99);
    assert!(unknown * 100 <= pairs.len() * 3);
}

//! What of a diagnostic is pinned.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// One error, cut down to what holds on every toolchain.
pub(crate) struct Diagnostic {
    code: Option<String>,
    pub(crate) message: String,
    pub(crate) ours: bool,
    places: Vec<Place>,
    notes: Vec<String>,
}

/// What is underlined.
struct Place {
    line: u64,
    column: u64,
    source: String,
    underline: String,
}

/// The texts of the runtime's `on_unimplemented` attributes.
pub(crate) struct Words(Vec<String>);

impl Diagnostic {
    /// Reads rustc's JSON about the case in `file`.
    pub(crate) fn read(json: &Value, file: &str, words: &Words) -> Self {
        let code = json["code"]["code"].as_str().map(str::to_owned);
        let message = json["message"].as_str().unwrap().to_owned();
        let (ours, message) = match (&code, message.strip_prefix("evaluation panicked: ")) {
            (Some(_), Some(asserted)) => (true, asserted.to_owned()),
            (None, _) => (true, message),
            _ => (words.have(&message), message),
        };
        if !ours {
            let first = message.lines().next().unwrap_or_default().to_owned();
            return Self { code, message: first, ours, places: Vec::new(), notes: Vec::new() };
        }
        let children = json["children"].as_array().into_iter().flatten();
        let notes = children.filter_map(|child| child["message"].as_str());
        Self {
            // An assertion's code is the compiler's way of saying that it failed.
            code: code.filter(|code| code != "E0080"),
            message,
            ours,
            places: places(json, file, words),
            notes: notes.filter(|note| words.have(note)).map(str::to_owned).collect(),
        }
    }
}

impl Display for Diagnostic {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => writeln!(f, "error[{code}]: {}", self.message)?,
            None => writeln!(f, "error: {}", self.message)?,
        }
        for Place { line, column, source, underline } in &self.places {
            writeln!(f, "  --> {line}:{column}\n   | {source}\n   | {underline}")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "   = {note}"))
    }
}

fn places(json: &Value, file: &str, words: &Words) -> Vec<Place> {
    let spans = json["spans"].as_array().into_iter().flatten();
    spans
        .filter(|span| span["is_primary"] == true)
        .filter_map(|span| {
            let label = span["label"].as_str().filter(|label| words.have(label));
            Some(place(written(span, file)?, label.unwrap_or_default()))
        })
        .collect()
}

/// The span in the case itself, out of the macros that it was expanded from.
fn written<'a>(span: &'a Value, file: &str) -> Option<&'a Value> {
    match span["file_name"].as_str()? {
        name if name == file => Some(span),
        _ => written(span.get("expansion").filter(|outer| !outer.is_null())?.get("span")?, file),
    }
}

fn place(span: &Value, label: &str) -> Place {
    let number = |key: &str| span[key].as_u64().unwrap();
    let text = &span["text"][0];
    let edge = |key: &str| usize::try_from(text[key].as_u64().unwrap()).unwrap() - 1;
    let (start, end) = (edge("highlight_start"), edge("highlight_end"));
    let underline = format!("{}{} {label}", " ".repeat(start), "^".repeat(end - start));
    Place {
        line: number("line_start"),
        column: number("column_start"),
        source: text["text"].as_str().unwrap().to_owned(),
        underline: underline.trim_end().to_owned(),
    }
}

impl Words {
    /// Reads them where they stand.
    pub(crate) fn of_the_runtime() -> Self {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../eventbus-runtime/src");
        let mut words = Vec::new();
        for file in rust_files(&sources) {
            let text = fs::read_to_string(file).unwrap();
            for attribute in text.split("#[diagnostic::on_unimplemented(").skip(1) {
                let (attribute, _) = attribute.split_once("\n)]").expect("an attribute ends");
                words.extend(literals(attribute));
            }
        }
        assert!(!words.is_empty(), "{}", sources.display());
        Self(words)
    }

    /// Those that no line of the pins is made from.
    pub(crate) fn unpinned(&self, pinned: &str) -> Vec<&str> {
        let is_pinned = |words: &&String| {
            pinned.lines().any(|line| {
                let text = line.split_once("]: ").map_or(line, |(_, message)| message);
                let underlined = text.trim_start_matches(['|', '=', ' ', '^']);
                fits(words, text) || fits(words, underlined)
            })
        };
        self.0.iter().filter(|words| !is_pinned(words)).map(String::as_str).collect()
    }

    /// Whether one of them is the text, with something in the place of its parameters.
    fn have(&self, text: &str) -> bool {
        self.0.iter().any(|words| fits(words, text))
    }
}

/// The texts of the string literals in a piece of Rust.
fn literals(rust: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut chars = rust.chars().peekable();
    while chars.by_ref().any(|char| char == '"') {
        let mut text = String::new();
        while let Some(char) = chars.next().filter(|&char| char != '"') {
            match char {
                '\\' if chars.peek() == Some(&'\n') => {
                    while chars.next_if(|char| char.is_whitespace()).is_some() {}
                }
                '\\' => text.extend(chars.next()),
                char => text.push(char),
            }
        }
        texts.push(text);
    }
    texts
}

/// Whether the parts between the parameters follow one another in the text.
fn fits(words: &str, text: &str) -> bool {
    let mut parts = vec![String::new()];
    let mut chars = words.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '{' | '}' if chars.peek() == Some(&char) => {
                parts.last_mut().unwrap().extend(chars.next());
            }
            '{' => {
                chars.by_ref().find(|&char| char == '}');
                parts.push(String::new());
            }
            char => parts.last_mut().unwrap().push(char),
        }
    }
    let (first, last) = (&parts[0], &parts[parts.len() - 1]);
    if parts.len() == 1 {
        return text == first;
    }
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for part in &parts[1..parts.len() - 1] {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path {
            path if path.is_dir() => rust_files(&path),
            path if path.extension().is_some_and(|ending| ending == "rs") => vec![path],
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn literals_are_read_as_the_compiler_reads_them() {
    let rust = "message = \"a \\\"b\\\" \\\n      c\",\n note = \"d\"";
    assert_eq!(literals(rust), ["a \"b\" c", "d"]);
}

#[test]
fn a_text_fits_the_words_whose_parameters_it_fills() {
    assert!(fits("`{Self}` is not a domain event", "`Order` is not a domain event"));
    assert!(fits("|event| async move {{ .. }}", "|event| async move { .. }"));
    assert!(!fits("`{Self}` is not a domain event", "`Order` is not an event payload"));
    assert!(fits("{A} and {B}", "one and two"));
}

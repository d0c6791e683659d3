//! Other generators of TypeScript, fetched and built by cargo as anybody has them.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::events::{payload_names, payloads};
use crate::measure::time;
use crate::options::Options;
use crate::project::clean;

const TS_RS: &str = "12.0.1";
const TYPESHARE: &str = "1.13.4";

/// Programs that write TypeScript for the payloads.
#[derive(Debug)]
pub(crate) struct Rivals {
    pub(crate) all: Vec<Rival>,
}

/// One of them, ready to be run.
#[derive(Debug)]
pub(crate) struct Rival {
    pub(crate) name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    /// Where it writes: a file, or a folder of files.
    out: PathBuf,
}

impl Rivals {
    /// Has cargo build them below `folder`.
    pub(crate) fn prepare(folder: &Path, options: &Options) -> Result<Self> {
        eprintln!("building ts-rs {TS_RS} and typeshare {TYPESHARE}");
        fs::create_dir_all(folder)?;
        let ts_rs = ts_rs(folder, options)?;
        let typeshare = typeshare(folder, options)?;
        let text = |path: &Path| path.display().to_string();
        let (one, many) = (folder.join("ts-rs.ts"), folder.join("ts-rs-files"));
        let shared = folder.join("typeshare.ts");
        let rival = |name, program: &Path, arguments, out| Rival {
            name,
            program: program.to_owned(),
            arguments,
            out,
        };
        Ok(Self {
            all: vec![
                rival("ts-rs, one file", &ts_rs, vec!["one".to_owned(), text(&one)], one),
                rival("ts-rs, a file per type", &ts_rs, vec!["many".to_owned(), text(&many)], many),
                rival(
                    "typeshare",
                    &typeshare,
                    vec![
                        "--lang=typescript".to_owned(),
                        format!("--config-file={}", text(&folder.join("typeshare.toml"))),
                        format!("--output-file={}", text(&shared)),
                        text(&folder.join("shared")),
                    ],
                    shared,
                ),
            ],
        })
    }
}

impl Rival {
    /// The program, of which nothing is written yet.
    pub(crate) fn command(&self) -> Result<Command> {
        if self.out.is_dir() {
            fs::remove_dir_all(&self.out)?;
        } else if self.out.exists() {
            fs::remove_file(&self.out)?;
        }
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        Ok(command)
    }

    /// Whether it wrote as many types as there are.
    pub(crate) fn holds(&self, types: usize) -> Result<()> {
        let files = if self.out.is_dir() {
            let entries = fs::read_dir(&self.out)?;
            entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?
        } else {
            vec![self.out.clone()]
        };
        let mut found = 0;
        for file in files {
            found += fs::read_to_string(file)?.matches("Happened").count();
        }
        if found < types {
            return Err(format!("{} wrote {found} of {types} types", self.name).into());
        }
        Ok(())
    }
}

/// A program that was made of the types, and writes them.
fn ts_rs(folder: &Path, options: &Options) -> Result<PathBuf> {
    let folder = folder.join("ts-rs");
    let mut source = String::from("use ts_rs::{Config, TS};\nuse uuid::Uuid;\n");
    source.push_str(&payloads(options, "#[derive(TS)]", ""));
    let (mut one, mut many) = (String::new(), String::new());
    for name in payload_names(options) {
        let _ = writeln!(one, "    text.push_str(&{name}::export_to_string(&config).unwrap());");
        let _ = writeln!(many, "    {name}::export_all(&config).unwrap();");
    }
    let _ = write!(
        source,
        "fn one(out: &str) {{\n    let (config, mut text) = (Config::new(), String::new());\n{one}    \
         std::fs::write(out, text).unwrap();\n}}\n\
         fn many(out: &str) {{\n    let config = Config::new().with_out_dir(out);\n{many}}}\n\
         fn main() {{\n    let mut words = std::env::args().skip(1);\n    \
         let (way, out) = (words.next().unwrap(), words.next().unwrap());\n    \
         if way == \"one\" {{ one(&out) }} else {{ many(&out) }}\n}}\n"
    );
    let manifest = format!(
        "[package]\nname = \"with-ts-rs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         ts-rs = {{ version = \"={TS_RS}\", features = [\"uuid-impl\"] }}\nuuid = \"1\"\n\n[workspace]\n"
    );
    fs::create_dir_all(folder.join("src"))?;
    write_if_new(&folder.join("Cargo.toml"), &manifest)?;
    write_if_new(&folder.join("src/main.rs"), &source)?;
    let mut command = cargo();
    command.args(["build", "--quiet"]).args(profile("--release")).current_dir(&folder);
    time(command)?;
    Ok(folder.join("target").join(directory()).join("with-ts-rs"))
}

/// Its own program, which reads the source of the types.
fn typeshare(folder: &Path, options: &Options) -> Result<PathBuf> {
    fs::create_dir_all(folder.join("shared/src"))?;
    // It refuses integers of 64 bits until somebody says what they are in JavaScript.
    let wide = "#[typeshare(serialized_as = \"I54\")]\n    ";
    fs::write(folder.join("shared/src/lib.rs"), payloads(options, "#[typeshare]", wide))?;
    let config = "[typescript.type_mappings]\n\"Uuid\" = \"string\"\n";
    fs::write(folder.join("typeshare.toml"), config)?;
    let root = folder.join("typeshare");
    let mut command = cargo();
    command.args(["install", "--quiet", "--locked", "typeshare-cli", "--version", TYPESHARE]);
    command.arg("--root").arg(&root).arg("--target-dir").arg(folder.join("typeshare-target"));
    if cfg!(debug_assertions) {
        command.arg("--debug");
    }
    time(command)?;
    Ok(root.join("bin/typeshare"))
}

/// As this program is built, so are they.
fn profile(release: &'static str) -> Option<&'static str> {
    (!cfg!(debug_assertions)).then_some(release)
}

fn directory() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    clean(&mut command);
    command
}

/// What is as it was is not built again.
fn write_if_new(file: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    Ok(fs::write(file, text)?)
}

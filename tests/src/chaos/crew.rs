//! The processes of a run: started, killed, stopped and ended by the driver, which keeps what they tell.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::chaos::events::now;
use crate::chaos::history::{Entry, What};
use crate::chaos::worker::Failure;

/// How long a process may take to end in good order.
const PATIENCE: Duration = Duration::from_secs(40);

/// What all processes told, kept in memory and in a file for each.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) folder: PathBuf,
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl Book {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), entries: Arc::default() }
    }

    /// What the driver itself has to tell.
    pub(super) fn tell(&self, what: What) {
        self.note(Entry { at: now(), by: "driver".to_owned(), what });
    }

    fn note(&self, entry: Entry) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    pub(super) fn history(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many times a handler was called.
    pub(super) fn handled(&self) -> usize {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().filter(|entry| matches!(entry.what, What::Handled { .. })).count()
    }

    /// Writes down what the driver told, which has no process of its own.
    pub(super) fn keep(&self) -> io::Result<()> {
        let mut file = File::create(self.folder.join("driver.ndjson"))?;
        let history = self.history();
        for entry in history.iter().filter(|entry| entry.by == "driver") {
            writeln!(file, "{}", entry.line())?;
        }
        Ok(())
    }
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Emitter,
    Relay,
}

/// How a process is started, again and again.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) role: Role,
    pub(super) number: usize,
    pub(super) arguments: Vec<String>,
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) seed: u64,
}

/// A place that one process after the other has.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) post: Post,
    book: Book,
    life: u64,
    process: Child,
    reading: JoinHandle<io::Result<()>>,
}

impl Member {
    pub(super) fn start(post: Post, book: &Book) -> io::Result<Self> {
        let (process, reading) = spawn(&post, book, 1)?;
        Ok(Self { post, book: book.clone(), life: 1, process, reading })
    }

    /// Starts the next one, when one has ended.
    pub(super) async fn next(&mut self) -> Result<(), Failure> {
        self.life += 1;
        let (process, reading) = spawn(&self.post, &self.book, self.life)?;
        self.process = process;
        std::mem::replace(&mut self.reading, reading).await??;
        Ok(())
    }

    /// SIGKILL.
    pub(super) async fn kill(&mut self) -> Result<(), Failure> {
        self.is_alive()?;
        Ok(self.process.kill().await?)
    }

    /// Ends it in good order.
    pub(super) async fn end(&mut self) -> Result<(), Failure> {
        self.is_alive()?;
        drop(self.process.stdin.take());
        let ended = timeout(PATIENCE, self.process.wait()).await;
        let name = name(&self.post, self.life);
        let status = ended.map_err(|_| Failure::terminal(format!("{name} does not end")))??;
        if !status.success() {
            return Err(Failure::terminal(format!(
                "{name} failed: {status}; its log is {name}.log"
            )));
        }
        Ok(())
    }

    /// Waits until all is read that it told before it ended.
    pub(super) async fn heard(&mut self) -> Result<(), Failure> {
        Ok((&mut self.reading).await??)
    }

    pub(super) fn signal(&self, signal: Signal) -> Result<(), Failure> {
        Ok(kill_process(self.pid()?, signal)?)
    }

    /// How long its files may get; without a limit again for `None`.
    pub(super) fn limit_files(&self, bytes: Option<u64>) -> Result<(), Failure> {
        prlimit(Some(self.pid()?), Resource::Fsize, Rlimit { current: bytes, maximum: None })?;
        Ok(())
    }

    fn pid(&self) -> Result<Pid, Failure> {
        let id = self.process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        id.ok_or_else(|| Failure::terminal(format!("{} has ended", name(&self.post, self.life))))
    }

    /// Nobody ends but by our hand.
    fn is_alive(&mut self) -> Result<(), Failure> {
        match self.process.try_wait()? {
            None => Ok(()),
            Some(status) => {
                let name = name(&self.post, self.life);
                Err(Failure::terminal(format!(
                    "{name} ended by itself: {status}; its log is {name}.log"
                )))
            }
        }
    }
}

fn name(post: &Post, life: u64) -> String {
    let role = match post.role {
        Role::Emitter => "emitter",
        Role::Relay => "relay",
    };
    format!("{role}-{}.{life}", post.number)
}

fn spawn(post: &Post, book: &Book, life: u64) -> io::Result<(Child, JoinHandle<io::Result<()>>)> {
    let name = name(post, life);
    let log = File::create(book.folder.join(format!("{name}.log")))?;
    // A write beyond the limit of a file's size is to fail, as on a full disk, and not to end the process.
    let mut process = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(std::env::current_exe()?)
        .args(&post.arguments)
        .args(["--name", &name, "--seed", &post.seed.wrapping_add(life << 32).to_string()])
        .envs(post.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()?;
    let told = process.stdout.take().expect("stdout is a pipe");
    let reading = tokio::spawn(read(told, book.clone(), name));
    Ok((process, reading))
}

async fn read(told: ChildStdout, book: Book, name: String) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(book.folder.join(format!("{name}.ndjson")))?;
    let mut lines = BufReader::new(told).lines();
    let mut cut_off = None;
    while let Some(line) = lines.next_line().await? {
        if let Some(cut) = cut_off {
            return Err(io::Error::other(format!("{name} said what is no entry: {cut}")));
        }
        writeln!(file, "{line}")?;
        match Entry::of_line(&line) {
            Ok(entry) => book.note(entry),
            // Whoever is killed may leave half a line, the last one.
            Err(_) => cut_off = Some(line),
        }
    }
    Ok(())
}

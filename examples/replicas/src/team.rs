//! The two processes as their parent sees them.

use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::Result;

/// How long the parent waits for a line before it gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Processes that run the subscription, and what they say.
pub(crate) struct Team {
    children: Vec<(&'static str, Child)>,
    lines: Receiver<std::io::Result<String>>,
}

impl Team {
    /// Starts a process for each name, one after the other, and returns when all of them take part.
    pub(crate) fn start(url: &str, names: &[&'static str]) -> Result<Self> {
        let (reader, writer) = std::io::pipe()?;
        let mut team = Self { children: Vec::new(), lines: listen(reader) };
        for name in names {
            let mut command = Command::new(std::env::current_exe()?);
            command.arg(name).env("DATABASE_URL", url);
            let child = command.stdin(Stdio::piped()).stdout(writer.try_clone()?).spawn()?;
            team.children.push((name, child));
            let said = team.next_line()?;
            if said != format!("{name} is ready") {
                return Err(format!("{name} says `{said}` instead of being ready").into());
            }
        }
        Ok(team)
    }

    /// The next line that any of them says.
    pub(crate) fn next_line(&self) -> Result<String> {
        let line = self.lines.recv_timeout(PATIENCE);
        Ok(line.map_err(|_| format!("nobody says anything for {PATIENCE:?}"))??)
    }

    /// Ends one with SIGKILL: it gets no chance to give anything back.
    pub(crate) fn kill(&mut self, name: &str) -> Result<()> {
        for (_, child) in self.children.iter_mut().filter(|(other, _)| *other == name) {
            child.kill()?;
            child.wait()?;
        }
        self.children.retain(|(other, _)| *other != name);
        Ok(())
    }

    /// Asks the others to end, and waits for them.
    pub(crate) fn end(mut self) -> Result<()> {
        for (name, mut child) in self.children.drain(..) {
            drop(child.stdin.take());
            let status = child.wait()?;
            if !status.success() {
                return Err(format!("{name} ended with {status}").into());
            }
        }
        Ok(())
    }
}

/// Whatever becomes of the parent, it leaves no process behind.
impl Drop for Team {
    fn drop(&mut self) {
        for (_, child) in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn listen(reader: PipeReader) -> Receiver<std::io::Result<String>> {
    let (sender, lines) = channel();
    thread::spawn(move || BufReader::new(reader).lines().try_for_each(|line| sender.send(line)));
    lines
}

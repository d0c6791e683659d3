//! The time and the memory of a program.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Result;

/// How long it takes. It must succeed.
pub(crate) fn time(mut command: Command) -> Result<Duration> {
    let start = Instant::now();
    let output = command.output()?;
    let taken = start.elapsed();
    if output.status.success() {
        return Ok(taken);
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let first: Vec<&str> = said.lines().take(20).collect();
    Err(format!("{command:?} failed: {}", first.join("\n")).into())
}

/// The most memory that a program had at once.
#[derive(Debug)]
pub(crate) struct Peak {
    /// Of itself, in MB.
    pub(crate) own: f64,
    /// Of the largest one that it started, which are compilers and linkers, with its name.
    pub(crate) other: Option<(String, f64)>,
}

/// Runs it and looks at its high-water mark, and those of what it starts, every millisecond until it ends. This is no
/// run to take the time of.
pub(crate) fn peak(mut command: Command) -> Result<Peak> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut marks = BTreeMap::new();
    let status = loop {
        look(child.id(), &mut marks);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        sleep(Duration::from_millis(1));
    };
    if !status.success() {
        return Err(format!("{command:?} failed with {status}").into());
    }
    let (_, own) = marks.remove(&child.id()).ok_or("this system has no /proc/<pid>/status")?;
    let other = marks.into_values().max_by(|(_, one), (_, two)| one.total_cmp(two));
    Ok(Peak { own, other })
}

/// Notes the name and the mark of a process and of all below it. One that is gone keeps its last ones.
fn look(pid: u32, marks: &mut BTreeMap<u32, (String, f64)>) {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { return };
    let fact = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        line.map(str::trim).map(str::to_owned)
    };
    let kilobytes = fact("VmHWM").and_then(|mark| mark.split(' ').next()?.parse::<f64>().ok());
    if let (Some(name), Some(kilobytes)) = (fact("Name"), kilobytes) {
        marks.insert(pid, (name, kilobytes * 1024.0 / 1e6));
    }
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    for task in tasks {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children
            .split_whitespace()
            .filter_map(|pid| pid.parse().ok())
            .for_each(|pid| look(pid, marks));
    }
}

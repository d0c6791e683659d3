//! The server that the databases are on.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use sqlx::{Connection, PgConnection};

use crate::postgres::URL_VARIABLE;

/// A server to make databases on.
#[derive(Debug)]
pub(super) struct Server {
    /// What stands before and after the name of the database in a URL.
    url: (String, String),
    /// The guard of a cluster of our own.
    guard: Option<Guard>,
}

const SCRIPT: &str = concat!(include_str!("unprivileged.sh"), include_str!("guard.sh"));

/// What a test's cluster can do without, because nothing of it outlives the test.
const FAST: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";

/// The one server of this process.
pub(super) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match env::var(URL_VARIABLE) {
        Ok(url) => Server { url: around_database(&url), guard: None },
        Err(_) => start(FAST),
    })
}

/// A second cluster, always our own.
pub(super) fn elsewhere() -> &'static Server {
    static ELSEWHERE: OnceLock<Server> = OnceLock::new();
    ELSEWHERE.get_or_init(|| start(FAST))
}

/// A cluster of our own with the durability that PostgreSQL has by default.
pub(super) fn durable() -> &'static Server {
    static DURABLE: OnceLock<Server> = OnceLock::new();
    DURABLE.get_or_init(|| start(""))
}

impl Server {
    pub(super) fn is_ours(&self) -> bool {
        self.guard.is_some()
    }

    pub(super) fn url(&self, database: &str) -> String {
        format!("{}{database}{}", self.url.0, self.url.1)
    }

    /// A connection to make and drop databases with.
    pub(super) async fn admin(&self) -> PgConnection {
        let url = self.url("postgres");
        match PgConnection::connect(&url).await {
            Ok(connection) => connection,
            Err(error) => panic!("the test server cannot be reached: {error}"),
        }
    }
}

fn start(settings: &str) -> Server {
    let missing = format!(
        "PostgreSQL is not installed: install the server (Debian and Ubuntu: `apt-get install postgresql`, macOS: \
         `brew install postgresql`), or name one in {URL_VARIABLE}"
    );
    let (guard, folder) = Guard::start(SCRIPT, settings, &missing);
    let url = ("postgres://postgres@localhost/".to_owned(), format!("?host={folder}"));
    Server { url, guard: Some(guard) }
}

/// A shell that runs a server until its stdin ends, which this process holds.
#[derive(Debug)]
pub(super) struct Guard(Child);

impl Guard {
    /// Runs a script about `subject`, and answers with the folder of the server's socket.
    pub(super) fn start(script: &str, subject: &str, missing: &str) -> (Self, String) {
        let mut guard = Command::new("sh")
            .args(["-c", script, "guard", script, subject])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let mut said = BufReader::new(guard.stdout.take().expect("stdout is a pipe"));
        let mut line = String::new();
        said.read_line(&mut line).expect("the guard writes text");
        let Some(folder) = line.trim_end().strip_prefix("ready ") else {
            said.read_to_string(&mut line).expect("the guard writes text");
            assert!(line.trim_end() != "missing", "{missing}");
            panic!("the server does not start: {line}");
        };
        (Self(guard), folder.to_owned())
    }
}

/// Waits until nothing is left of it.
impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        if let Err(error) = self.0.wait() {
            eprintln!("the guard of a server cannot be waited for: {error}");
        }
    }
}

/// Splits a URL around the name of its database.
fn around_database(url: &str) -> (String, String) {
    let (path, query) = url.find('?').map_or((url, ""), |at| url.split_at(at));
    let authority = path.find("://").map_or(0, |at| at + 3);
    let head = match path[authority..].find('/') {
        Some(at) => path[..=authority + at].to_owned(),
        None => format!("{path}/"),
    };
    (head, query.to_owned())
}

#[cfg(test)]
mod tests {
    use super::around_database;

    #[test]
    fn a_database_has_its_place_in_a_url() {
        let place = |url| {
            let (head, tail) = around_database(url);
            format!("{head}db{tail}")
        };
        assert_eq!(place("postgres://u:p@host:1/x?a=b/c"), "postgres://u:p@host:1/db?a=b/c");
        assert_eq!(place("postgres://host"), "postgres://host/db");
        assert_eq!(place("postgres://host/"), "postgres://host/db");
    }
}

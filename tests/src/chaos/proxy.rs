//! A TCP proxy before PostgreSQL whose connections can be cut, or left open while they carry nothing.
//!
//! What a connection is for is read from what is said on it: only the listener says LISTEN, and only the session by which
//! others see that a process is there locks the id of a replica.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// It listens for commits.
    Listen,
    /// It holds the lock by which others see that its process is there.
    Lock,
    /// Anything else.
    Work,
}

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// They are closed.
    Cut,
    /// They stay open, and carry nothing until the fault is over. Then they are closed.
    HalfOpen,
}

#[derive(Debug, Clone, Copy, Default)]
struct Fault {
    number: u64,
    broken: Option<(Line, Break)>,
}

/// The proxy; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Proxy {
    port: u16,
    fault: Arc<watch::Sender<Fault>>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// A proxy before the server of a socket.
    pub(super) async fn to(socket: PathBuf) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let fault = Arc::new(watch::Sender::new(Fault::default()));
        let faults = Arc::clone(&fault);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, socket.clone(), faults.subscribe()));
            }
        });
        Ok(Self { port, fault, accepting })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Breaks the connections of a kind that are there. Later ones are let through.
    pub(super) fn break_down(&self, line: Line, how: Break) {
        self.fault.send_modify(|fault| {
            *fault = Fault { number: fault.number + 1, broken: Some((line, how)) }
        });
    }

    /// Closes what carries nothing.
    pub(super) fn mend(&self) {
        self.fault.send_modify(|fault| *fault = Fault { number: fault.number + 1, broken: None });
    }
}

/// Nobody hears of an error here but those at both ends, whose connections end.
async fn carry(
    client: TcpStream,
    socket: PathBuf,
    mut faults: watch::Receiver<Fault>,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = UnixStream::connect(socket).await?;
    faults.mark_unchanged();
    let (mut questions, mut answered) = client.into_split();
    let (mut answers, mut asked) = server.into_split();
    let (mut line, mut up, mut down) = (Line::Work, vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        tokio::select! {
            read = questions.read(&mut up) => match read? {
                0 => return Ok(()),
                read => {
                    line = line_of(&up[..read]).unwrap_or(line);
                    asked.write_all(&up[..read]).await?;
                }
            },
            read = answers.read(&mut down) => match read? {
                0 => return Ok(()),
                read => answered.write_all(&down[..read]).await?,
            },
            changed = faults.changed() => {
                let broken = faults.borrow_and_update().broken;
                match broken {
                    _ if changed.is_err() => return Ok(()),
                    Some((of, Break::Cut)) if of == line => return Ok(()),
                    Some((of, Break::HalfOpen)) if of == line => {
                        // Both ends stay open until the fault is over.
                        let _ = faults.changed().await;
                        return Ok(());
                    }
                    _ => {}
                }
            }
        }
    }
}

/// What the connection is for, if these bytes tell.
fn line_of(said: &[u8]) -> Option<Line> {
    let says = |words: &[u8]| said.windows(words.len()).any(|part| part == words);
    if says(b"LISTEN \"") {
        return Some(Line::Listen);
    }
    (says(b"pg_try_advisory_lock") && says(b"'eventbus_replica'")).then_some(Line::Lock)
}

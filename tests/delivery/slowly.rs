//! A way to the server on which every answer is waited for.
//!
//! On a local socket an answer is often there before it is asked for, and a future that does not wait cannot be cut off.
//! Here answers come through a task of the test's own thread, a few bytes at a time, so that whoever wants one waits
//! several times for it, always alike. And it can be closed, or lead to another server from one moment to the next.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::yield_now;

/// How many bytes of an answer come at once.
const PIECE: usize = 256;

/// The way, which has a socket in a folder of its own.
pub(crate) struct Slowly {
    folder: TempDir,
    tasks: Arc<()>,
    closed: Arc<AtomicBool>,
    silent: watch::Sender<()>,
    server: watch::Sender<PgConnectOptions>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Slowly {
    /// A way to where these options lead.
    pub(crate) fn to(server: &PgConnectOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join(format!(".s.PGSQL.{}", server.get_port()));
        let (tasks, closed, silent) = (Arc::default(), Arc::default(), watch::Sender::new(()));
        let way =
            Self { folder, tasks, closed, silent, server: watch::Sender::new(server.clone()) };
        let listener = UnixListener::bind(socket).unwrap();
        let (servers, tasks) = (way.server.subscribe(), Arc::clone(&way.tasks));
        let falling = way.silent.subscribe();
        let closed = Arc::clone(&way.closed);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if closed.load(SeqCst) {
                    continue;
                }
                let (mut server, task) = (servers.clone(), Arc::clone(&tasks));
                let mut falling = falling.clone();
                falling.mark_unchanged();
                tokio::spawn(async move {
                    // Whoever is at one end hears of it when the other has gone.
                    let to = server.borrow_and_update().clone();
                    let mut carrying = pin!(carry(client, &to));
                    let fell_silent = tokio::select! {
                        _ = &mut carrying => false,
                        _ = server.changed() => false,
                        fallen = falling.changed() => fallen.is_ok(),
                    };
                    if fell_silent {
                        // Both ends stay open.
                        let _ = server.changed().await;
                    }
                    drop(task);
                });
            }
        });
        way
    }

    /// Options that take this way.
    pub(crate) fn options(&self, server: &PgConnectOptions) -> PgConnectOptions {
        server.clone().socket(self.folder.path())
    }

    /// Leads to another server from now on. Who came by before is cut off.
    pub(crate) fn lead_to(&self, server: &PgConnectOptions) {
        self.server.send_replace(server.clone());
    }

    /// Lets no further connection through; those that are there stay.
    pub(crate) fn close(&self) {
        self.closed.store(true, SeqCst);
    }

    /// Lets connections through again.
    pub(crate) fn open(&self) {
        self.closed.store(false, SeqCst);
    }

    /// Carries nothing any more for those that are there; nobody is told. Further connections are let through.
    pub(crate) fn fall_silent(&self) {
        self.silent.send_replace(());
    }

    /// How many tasks it takes.
    pub(crate) fn tasks(&self) -> usize {
        Arc::strong_count(&self.tasks) - 1
    }
}

async fn connect(server: &PgConnectOptions) -> io::Result<Box<dyn Stream>> {
    let port = server.get_port();
    if let Some(folder) = server.get_socket() {
        let socket = folder.join(format!(".s.PGSQL.{port}"));
        return Ok(Box::new(UnixStream::connect(socket).await?));
    }
    Ok(Box::new(TcpStream::connect((server.get_host(), port)).await?))
}

async fn carry(client: UnixStream, server: &PgConnectOptions) -> io::Result<()> {
    let (mut questions, mut answered) = split(client);
    let (mut answers, mut asked) = split(connect(server).await?);
    let down = async {
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let read = answers.read(&mut bytes).await?;
            if read == 0 {
                return Ok(());
            }
            for piece in bytes[..read].chunks(PIECE) {
                yield_now().await;
                answered.write_all(piece).await?;
            }
        }
    };
    tokio::select! {
        up = copy(&mut questions, &mut asked) => up.map(drop),
        down = down => down,
    }
}

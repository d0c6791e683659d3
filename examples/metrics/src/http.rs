//! As much HTTP as a scraper needs: one request, one answer, and the connection is closed. A service that has a web server
//! answers there.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long somebody may take to ask.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of a request is read at most.
const LONGEST: u64 = 8 * 1024;

/// What is answered.
pub(crate) struct Answer {
    status: u16,
    kind: &'static str,
    body: String,
}

impl Answer {
    pub(crate) const fn text(status: u16, body: String) -> Self {
        Self { status, kind: "text/plain; version=0.0.4", body }
    }

    pub(crate) const fn json(status: u16, body: String) -> Self {
        Self { status, kind: "application/json", body }
    }
}

/// Answers one request.
pub(crate) async fn serve(
    mut stream: TcpStream,
    answer: impl AsyncFnOnce(&str) -> Answer,
) -> io::Result<()> {
    let path = timeout(PATIENCE, asked(&mut stream)).await??;
    let Answer { status, kind, body } = answer(&path).await;
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} \r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

/// Reads a request to the end of its head: the path that it asks for.
async fn asked(stream: &mut TcpStream) -> io::Result<String> {
    let mut lines = BufReader::new(stream.take(LONGEST)).lines();
    let first = lines.next_line().await?.unwrap_or_default();
    while lines.next_line().await?.is_some_and(|line| !line.is_empty()) {}
    Ok(first.split(' ').nth(1).unwrap_or_default().to_owned())
}

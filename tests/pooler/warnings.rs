//! What is said with `tracing` while a test runs.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::subscriber::{DefaultGuard, set_default};
use tracing_subscriber::fmt::MakeWriter;

/// The warnings of this thread, on which a test's tasks run as well.
pub(crate) struct Warnings {
    written: Written,
    _guard: DefaultGuard,
}

impl Warnings {
    pub(crate) fn listen() -> Self {
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(written.clone())
            .with_max_level(tracing::Level::WARN)
            .without_time()
            .with_ansi(false)
            .finish();
        Self { written, _guard: set_default(subscriber) }
    }

    /// Those that speak of poolers.
    pub(crate) fn of_poolers(&self) -> Vec<String> {
        let written = self.written.0.lock().unwrap();
        let text = String::from_utf8(written.clone()).unwrap();
        text.lines().filter(|line| line.contains("pooler")).map(str::to_owned).collect()
    }
}

#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

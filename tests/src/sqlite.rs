//! SQLite files for tests.

use std::path::PathBuf;

use eventbus_runtime::SqliteBus;
use tempfile::TempDir;

/// A file of its own in a folder of its own; both go when this is dropped.
#[derive(Debug)]
pub struct SqliteFile {
    folder: TempDir,
}

impl SqliteFile {
    /// A file that does not exist yet.
    ///
    /// # Panics
    /// When there is no folder for temporary files.
    #[must_use]
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for temporary files is writable") }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    /// A bus on it, without tables.
    ///
    /// # Panics
    /// When the file cannot be opened.
    pub async fn empty_bus(&self) -> SqliteBus {
        SqliteBus::connect(&self.url()).await.expect("the file opens")
    }

    /// A bus on it, with the tables of the runtime.
    ///
    /// # Panics
    /// When the file cannot be opened.
    pub async fn bus(&self) -> SqliteBus {
        let bus = self.empty_bus().await;
        bus.migrate().await.expect("the tables are made");
        bus
    }
}

impl Default for SqliteFile {
    fn default() -> Self {
        Self::new()
    }
}

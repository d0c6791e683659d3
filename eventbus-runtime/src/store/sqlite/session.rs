//! The lock by which others see that this process is there.
//!
//! It is a lock of the operating system on a small file beside the database, which ends with the process whatever ends
//! it, so that others take over at once. It is a matter of speed alone: the lease runs out in any case, and the fence
//! decides. The file goes with its process; that of one that was killed is removed by whoever finds it unlocked.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};

/// What the clones of a store share: one id, and one lock where one is needed.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) id: Uuid,
    lock: Arc<Mutex<Option<Lock>>>,
}

#[derive(Debug)]
enum Lock {
    File { path: PathBuf, _file: File },
    Memory(Uuid),
}

/// The sessions of in-memory databases, which one process alone can have.
static IN_MEMORY: LazyLock<Mutex<HashSet<Uuid>>> = LazyLock::new(Mutex::default);

impl Session {
    pub(super) fn new() -> Self {
        Self { id: Uuid::now_v7(), lock: Arc::default() }
    }

    /// Takes the lock where it is not held yet; `database` is the file, `None` where there is none.
    pub(super) fn hold(&self, database: Option<&Path>) -> Result<()> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_none() {
            *lock = Some(match database {
                Some(database) => take(path(database, self.id))?,
                None => {
                    in_memory(|sessions| sessions.insert(self.id));
                    Lock::Memory(self.id)
                }
            });
        }
        Ok(())
    }
}

/// Whether the process of a session is there, as far as its lock tells.
pub(super) fn is_held(session: Uuid, database: Option<&Path>) -> bool {
    let Some(database) = database else {
        return in_memory(|sessions| sessions.contains(&session));
    };
    let path = path(database, session);
    match OpenOptions::new().write(true).open(&path).map(|file| file.try_lock().map(|()| file)) {
        Err(error) => error.kind() != io::ErrorKind::NotFound,
        Ok(Err(_)) => true,
        Ok(Ok(_unlocked)) => {
            // Nobody takes the lock of a session that ended again.
            fs::remove_file(&path).ok();
            false
        }
    }
}

fn take(path: PathBuf) -> Result<Lock> {
    let refused = |error: io::Error| {
        Error::new(
            ErrorKind::Configuration,
            format!(
                "cannot lock `{}`: a process that runs subscriptions holds a lock file beside the database, so it must \
                 be allowed to write there, on a file system with locks",
                path.display()
            ),
        )
        .with_source(error)
    };
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = open.map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock::File { path, _file: file }),
        Err(TryLockError::Error(error)) => Err(refused(error)),
        Err(TryLockError::WouldBlock) => Err(refused(io::ErrorKind::WouldBlock.into())),
    }
}

/// `shop.db-01937b5e7c00….lock`, beside the file itself, whichever link or relative path led there.
fn path(database: &Path, session: Uuid) -> PathBuf {
    let file = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    let mut path = file.into_os_string();
    path.push(format!("-{}.lock", session.simple()));
    PathBuf::from(path)
}

fn in_memory<T>(with: impl FnOnce(&mut HashSet<Uuid>) -> T) -> T {
    with(&mut IN_MEMORY.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Drop for Lock {
    fn drop(&mut self) {
        match self {
            // Removed while it is still locked, so that nobody finds it there and unlocked.
            Self::File { path, .. } => drop(fs::remove_file(path)),
            Self::Memory(session) => drop(in_memory(|sessions| sessions.remove(session))),
        }
    }
}

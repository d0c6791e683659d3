//! Doing harm: one function for each kind of fault.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard};
use tokio::time::sleep;

use crate::chaos::crew::{Book, Member};
use crate::chaos::faults::{Fault, Planned};
use crate::chaos::history::What;
use crate::chaos::place::{Cluster, Place};
use crate::chaos::proxy::{Break, Line};
use crate::chaos::relay::LEASE;
use crate::chaos::worker::Failure;
use crate::postgres::PgDatabase;

/// Beyond this no file can grow. It is less than either file of the log has.
const FILE_LIMIT: u64 = 64 * 1024;

/// Whom faults meet.
pub(super) struct Target {
    pub(super) place: Place,
    pub(super) book: Book,
    pub(super) emitters: Vec<Arc<Mutex<Member>>>,
    pub(super) relays: Vec<Arc<Mutex<Member>>>,
    /// What the clocks show that jump.
    pub(super) clock: PathBuf,
    /// One at a time.
    clock_jumps: Mutex<()>,
    proxy_breaks: Mutex<()>,
}

impl Target {
    pub(super) fn new(
        place: Place,
        book: Book,
        emitters: Vec<Arc<Mutex<Member>>>,
        relays: Vec<Arc<Mutex<Member>>>,
        clock: PathBuf,
    ) -> Self {
        let (clock_jumps, proxy_breaks) = (Mutex::default(), Mutex::default());
        Self { place, book, emitters, relays, clock, clock_jumps, proxy_breaks }
    }

    /// Brings a fault about and waits until it is over. Where another one is at the same thing already it is left out.
    pub(super) async fn meet(&self, number: usize, planned: Planned) -> Result<(), Failure> {
        let Planned { fault, pick, part, .. } = planned;
        let between =
            |least: f64, most: f64| Duration::from_secs_f64(least + (most - least) * part);
        let begins = || self.book.tell(What::Broken { fault: fault.to_string(), number });
        match fault {
            Fault::KillEmitter | Fault::KillRelay => {
                let of = if fault == Fault::KillRelay { &self.relays } else { &self.emitters };
                let Some(mut member) = free(of, pick) else { return Ok(()) };
                begins();
                member.kill().await?;
                sleep(between(0.0, 0.5)).await;
                member.next().await?;
            }
            Fault::StopEmitter | Fault::StopRelay => {
                let of = if fault == Fault::StopRelay { &self.relays } else { &self.emitters };
                let Some(member) = free(of, pick) else { return Ok(()) };
                begins();
                stop(&member, LEASE + between(0.3, 2.0)).await?;
            }
            Fault::Fight => {
                let Some(one) = free(&self.relays, pick) else { return Ok(()) };
                let Some(other) = free(&self.relays, pick + 1) else { return Ok(()) };
                begins();
                for member in [&one, &other, &one, &other] {
                    stop(member, LEASE + between(0.1, 0.5)).await?;
                }
            }
            Fault::Rolling => {
                begins();
                for member in &self.relays {
                    let mut member = member.lock().await;
                    member.end().await?;
                    member.next().await?;
                }
            }
            Fault::Transaction | Fault::Snapshot => {
                begins();
                // It may be cut off by another fault.
                if let Err(error) = self.hold(fault == Fault::Transaction, between(2.0, 6.0)).await
                {
                    eprintln!("{fault} ended before its time: {error:?}");
                }
            }
            Fault::Clock => {
                let Ok(_alone) = self.clock_jumps.try_lock() else { return Ok(()) };
                begins();
                let days = [-2, -1, 1, 2][pick % 4];
                std::fs::write(&self.clock, format!("{days:+}d\n"))?;
                sleep(between(1.0, 4.0)).await;
                std::fs::write(&self.clock, "+0\n")?;
            }
            Fault::DiskFull => {
                begins();
                self.fill_disk(between(0.5, 2.0)).await?;
            }
            Fault::Pooler => {}
            _ => {
                let Place::Postgres(cluster) = &self.place else { return Ok(()) };
                if !self.harm_server(cluster, planned, &begins).await? {
                    return Ok(());
                }
            }
        }
        self.book.tell(What::Mended { fault: fault.to_string(), number });
        Ok(())
    }

    /// Whether it came about.
    async fn harm_server(
        &self,
        cluster: &Cluster,
        planned: Planned,
        begins: &impl Fn(),
    ) -> Result<bool, Failure> {
        let lasts = Duration::from_secs_f64(0.2 + 2.0 * planned.part);
        match planned.fault {
            Fault::KillServer | Fault::Terminate | Fault::Restore => {
                let server = cluster.current.lock().await;
                begins();
                match planned.fault {
                    Fault::KillServer => {
                        server.kill();
                        sleep(lasts).await;
                        server.start();
                    }
                    Fault::Terminate => terminate(cluster).await?,
                    _ => self.restore(server).await,
                }
            }
            fault => {
                let Ok(_alone) = self.proxy_breaks.try_lock() else { return Ok(false) };
                let (line, how) = match fault {
                    Fault::CutListen => (Line::Listen, Break::Cut),
                    Fault::CutLock => (Line::Lock, Break::Cut),
                    Fault::CutWork => (Line::Work, Break::Cut),
                    Fault::HalfOpenListen => (Line::Listen, Break::HalfOpen),
                    Fault::HalfOpenLock => (Line::Lock, Break::HalfOpen),
                    _ => (Line::Work, Break::HalfOpen),
                };
                begins();
                cluster.proxy.break_down(line, how);
                if how == Break::HalfOpen {
                    sleep(LEASE + lasts).await;
                    cluster.proxy.mend();
                }
            }
        }
        Ok(true)
    }

    async fn restore(&self, mut server: MutexGuard<'_, Arc<PgDatabase>>) {
        self.book.tell(What::Copying);
        let copy = Arc::new(server.copied().await);
        server.replace_with(&copy);
        *server = copy;
        self.book.tell(What::Replaced);
    }

    /// A transaction that has written, or one that has only looked.
    async fn hold(&self, writes: bool, lasts: Duration) -> Result<(), Failure> {
        match &self.place {
            Place::Postgres(cluster) => {
                let mut connection = PgConnection::connect(&cluster.url()).await?;
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM held";
                sqlx::raw_sql(begin).execute(&mut connection).await?;
                if writes {
                    sqlx::raw_sql("INSERT INTO held VALUES (1)").execute(&mut connection).await?;
                }
                sleep(lasts).await;
                sqlx::raw_sql("COMMIT").execute(&mut connection).await?;
                connection.close().await?;
            }
            Place::Sqlite(file) => {
                let mut connection = SqliteConnection::connect(&file.url()).await?;
                let begin =
                    if writes { "BEGIN IMMEDIATE" } else { "BEGIN; SELECT count(*) FROM account" };
                sqlx::raw_sql(begin).execute(&mut connection).await?;
                // Nobody else can write meanwhile.
                sleep(if writes { lasts / 4 } else { lasts }).await;
                sqlx::raw_sql("COMMIT").execute(&mut connection).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }

    async fn fill_disk(&self, lasts: Duration) -> Result<(), Failure> {
        let mut all = Vec::new();
        for member in self.emitters.iter().chain(&self.relays) {
            all.push(member.lock().await);
        }
        for member in &all {
            member.limit_files(Some(FILE_LIMIT))?;
        }
        sleep(lasts).await;
        for member in &all {
            member.limit_files(None)?;
        }
        Ok(())
    }
}

/// One that no other fault meets, the picked one or a later one.
fn free(members: &[Arc<Mutex<Member>>], pick: usize) -> Option<OwnedMutexGuard<Member>> {
    let order = (0..members.len()).map(|at| &members[(pick + at) % members.len()]);
    order.filter_map(|member| Arc::clone(member).try_lock_owned().ok()).next()
}

async fn stop(member: &Member, lasts: Duration) -> Result<(), Failure> {
    member.signal(Signal::STOP)?;
    sleep(lasts).await;
    member.signal(Signal::CONT)
}

async fn terminate(cluster: &Cluster) -> Result<(), Failure> {
    let mut connection = PgConnection::connect(&cluster.url()).await?;
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() \
               AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < 0.5";
    sqlx::raw_sql(sql).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

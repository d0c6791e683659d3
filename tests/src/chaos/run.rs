//! One run: processes are started, harmed, and left in peace until all is handled; then their history is checked.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventbus_runtime::store::Log;
use eventbus_runtime::{Event, EventBus, HandlerError};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until, timeout};

use crate::chaos::check::check;
use crate::chaos::crew::{Book, Member, Post, Role};
use crate::chaos::events::LedgerWritten;
use crate::chaos::faults::{Fault, plan};
use crate::chaos::harm::Target;
use crate::chaos::history::{REPLAY, What};
use crate::chaos::options::Database;
use crate::chaos::place::{Place, pending};
use crate::chaos::report::Report;
use crate::chaos::worker::{Bus, Failure, PAUSE};
use crate::faketime;

const EMITTERS: usize = 3;
const RELAYS: usize = 3;

/// How long nothing may be handled while events are pending.
const DEADLINE: Duration = Duration::from_secs(90);

/// What a run is to do.
pub(super) struct Run {
    pub(super) database: Database,
    pub(super) seed: u64,
    pub(super) length: Duration,
    pub(super) faults: Vec<Fault>,
}

impl Run {
    /// The folder of the histories is kept where the report has an anomaly, or where there is an error.
    pub(super) async fn report(self) -> Result<Report, Failure> {
        let folder = tempfile::Builder::new().prefix("eventbus-chaos-").tempdir()?;
        let outcome = self.run(folder.path()).await;
        match outcome {
            Ok(report) if report.is_sound() => Ok(report),
            Ok(report) => Ok(report.kept_in(folder.keep())),
            Err(error) => {
                let folder = TempDir::keep(folder);
                Err(Failure::terminal(format!(
                    "{error:?}; what was told until then is in {}",
                    folder.display()
                )))
            }
        }
    }

    async fn run(&self, folder: &Path) -> Result<Report, Failure> {
        let book = Book::in_folder(folder);
        let target = Arc::new(self.start(book.clone()).await?);
        let (over, mut is_over) = watch::channel(false);
        let reading = {
            let target = Arc::clone(&target);
            tokio::spawn(async move {
                while !*is_over.borrow() {
                    read_cursors(&target).await;
                    let _ = timeout(PAUSE * 3, is_over.changed()).await;
                }
            })
        };
        self.harm(&target).await?;
        for emitter in &target.emitters {
            let mut emitter = emitter.lock().await;
            emitter.end().await?;
            emitter.heard().await?;
        }
        let drained = drain(&target).await;
        over.send_replace(true);
        reading.await?;
        let dead = drained?;
        target.place.note_cursors(&book).await?;
        book.tell(What::Replaying);
        replay(&target).await?;
        target.place.note_cursors(&book).await?;
        book.tell(What::Replayed);
        for relay in &target.relays {
            let mut relay = relay.lock().await;
            relay.end().await?;
            relay.heard().await?;
        }
        target.place.note_end(&book).await?;
        book.keep()?;
        let history = book.history();
        Ok(Report::of(self.database, self.seed, &history, check(&history), dead))
    }

    async fn start(&self, book: Book) -> Result<Target, Failure> {
        let place = Place::new(self.database, &self.faults).await?;
        let clock = book.folder.join("clock");
        std::fs::write(&clock, "+0\n")?;
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut members = |role, count: usize| {
            let posts = (0..count).map(|number| {
                let post = self.post(role, number, &place, &clock, random.random())?;
                if place.is_pooled(number) {
                    book.tell(What::Broken { fault: Fault::Pooler.to_string(), number });
                }
                Ok(Arc::new(Mutex::new(Member::start(post, &book)?)))
            });
            posts.collect::<Result<Vec<_>, Failure>>()
        };
        let (emitters, relays) = (members(Role::Emitter, EMITTERS)?, members(Role::Relay, RELAYS)?);
        Ok(Target::new(place, book, emitters, relays, clock))
    }

    fn post(
        &self,
        role: Role,
        number: usize,
        place: &Place,
        clock: &Path,
        seed: u64,
    ) -> Result<Post, Failure> {
        let url = place.url(number);
        // Whoever writes to a file keeps all others from it.
        let (connections, longest) =
            if place.file().is_some() { ("2", "200") } else { ("3", "2000") };
        let arguments = match role {
            Role::Emitter => {
                vec!["emitter", "--url", &*url, "--connections", connections, "--longest", longest]
            }
            Role::Relay => vec!["relay", "--url", &*url],
        };
        let arguments = arguments.into_iter().map(str::to_owned).collect();
        let mut variables = Vec::new();
        if number == 2 && self.faults.contains(&Fault::Clock) {
            let missing = "libfaketime is missing: install the package `faketime`, or leave the fault `clock` out";
            let faked = faketime::variables(clock).ok_or_else(|| Failure::terminal(missing))?;
            variables.extend(faked);
        }
        Ok(Post { role, number, arguments, variables, seed })
    }

    /// All faults, and until they are over.
    async fn harm(&self, target: &Arc<Target>) -> Result<(), Failure> {
        let (begin, mut faults) = (tokio::time::Instant::now(), JoinSet::new());
        for (number, planned) in plan(self.seed, &self.faults, self.length).into_iter().enumerate()
        {
            sleep_until(begin + planned.at).await;
            let target = Arc::clone(target);
            faults.spawn(async move {
                let met = target.meet(number, planned).await;
                met.map_err(|error| Failure::terminal(format!("{}: {error:?}", planned.fault)))
            });
            while let Some(met) = faults.try_join_next() {
                met??;
            }
        }
        sleep_until(begin + self.length).await;
        while let Some(met) = faults.join_next().await {
            met??;
        }
        Ok(())
    }
}

async fn read_cursors(target: &Target) {
    // A database that is away is asked again.
    let read = match &target.place {
        Place::Postgres(cluster) => match cluster.current.try_lock() {
            Ok(_held) => target.place.note_cursors(&target.book).await,
            Err(_) => return,
        },
        Place::Sqlite(_) => target.place.note_cursors(&target.book).await,
    };
    if let Err(error) = read {
        eprintln!("the cursors cannot be read: {error:?}");
    }
}

/// Waits until everything is handled, as long as anything still is; how many events were given up.
async fn drain(target: &Target) -> Result<u64, Failure> {
    let bus = target.place.bus().await?;
    let (mut moved, mut told) = (Instant::now(), 0);
    loop {
        let (pending, dead) = match &bus {
            Bus::Postgres(bus) => pending(bus).await?,
            Bus::Sqlite(bus) => pending(bus).await?,
        };
        if pending == 0 {
            return Ok(dead);
        }
        let now_told = target.book.handled();
        if now_told > told {
            (moved, told) = (Instant::now(), now_told);
        }
        if moved.elapsed() > DEADLINE {
            eprintln!(
                "{pending} events are pending, and nothing was handled for {} s",
                DEADLINE.as_secs()
            );
            return Ok(dead);
        }
        sleep(PAUSE).await;
    }
}

/// The whole log once more, while nobody emits.
async fn replay(target: &Target) -> Result<(), Failure> {
    async fn on<S: Log>(bus: EventBus<S>, target: &Target) -> Result<(), Failure> {
        let book = target.book.clone();
        let handler = move |event: Event<LedgerWritten>| {
            let (subscription, event) = (REPLAY.to_owned(), event.id.clone());
            book.tell(What::Handled { subscription, event });
            std::future::ready(Ok::<_, HandlerError>(()))
        };
        Ok(bus.replay("chaos").handle(handler).start().await?.finished().await?)
    }
    match target.place.bus().await? {
        Bus::Postgres(bus) => on(bus, target).await,
        Bus::Sqlite(bus) => on(bus, target).await,
    }
}

//! The parent: it emits, listens, kills and checks. It handles nothing itself.

use std::time::{Duration, Instant};

use eventbus_runtime::store::Log;
use eventbus_runtime::{ErrorKind, EventBus};

use crate::record::{Record, Scan};
use crate::team::Team;
use crate::{ParcelScanned, Result, SCANS};

const PARCELS: u32 = 24;
/// How many stations lie ahead when one of the processes is killed.
const LAST: u32 = 20;
/// For how long a replica counts as alive that says nothing, unless `lease` says otherwise.
const LEASE: Duration = Duration::from_secs(15);

/// Tells it from the beginning to the end.
pub(crate) async fn tell<S: Log>(bus: EventBus<S>, url: &str) -> Result<()> {
    bus.migrate().await?;
    forget_earlier_runs(&bus).await?;
    let (mut team, mut record) = (Team::start(url, &["a", "b"])?, Record::default());
    println!("two processes run the subscription `{SCANS}`; `a` was first and owns all of it");

    let shared = share(&bus, &team, &mut record).await?;
    let (of_a, of_b) = (record.parcels_of("a"), record.parcels_of("b"));
    println!("{PARCELS} parcels passed {shared} stations each until `b` had its share");
    println!("  a has the parcels {of_a:?}\n  b has the parcels {of_b:?}");

    emit(&bus, shared + 1..=shared + LAST).await?;
    let before = record.handled_by("b");
    while record.handled_by("b") < before + 40 {
        listen(&team, &mut record)?;
    }
    team.kill("b")?;
    let killed = Instant::now();
    println!("{} more scans; `b` is killed (SIGKILL) in the middle of its own", PARCELS * LAST);

    let mut takeover = None;
    while !record.is_done(PARCELS, shared + LAST) || takeover.is_none() {
        let (by, parcel) = listen(&team, &mut record)?;
        if by == "a" && of_b.contains(&parcel) {
            takeover.get_or_insert_with(|| killed.elapsed());
        }
    }
    let takeover = takeover.unwrap_or_default();
    println!("`a` took over after {takeover:.1?}; the lease of `b` would have run for {LEASE:?}");
    assert!(takeover < LEASE, "a process that died is not waited for");
    println!("every parcel passed all {} stations, each after the one before it", shared + LAST);
    println!("handled twice: {}, which `b` had not written down when it died", record.repeated);
    for (name, scans) in &record.by {
        println!("  {name} handled {scans}");
    }
    team.end()
}

/// Sends the parcels from station to station until `a` has given a part of the shards back and `b` has taken them, and
/// then to one more, which shows who has which.
async fn share<S: Log>(bus: &EventBus<S>, team: &Team, record: &mut Record) -> Result<u32> {
    let mut shared = false;
    for station in 1..=5_000 {
        emit(bus, station..=station).await?;
        while !record.is_done(PARCELS, station) {
            listen(team, record)?;
        }
        if shared {
            return Ok(station);
        }
        shared = !record.parcels_of("b").is_empty();
    }
    Err("`a` never gave a part of the work to `b`".into())
}

/// Emits a scan of every parcel at each station, in one transaction.
async fn emit<S: Log>(bus: &EventBus<S>, stations: impl Iterator<Item = u32> + Send) -> Result<()> {
    let scan = |station| (1..=PARCELS).map(move |parcel| ParcelScanned { parcel, station });
    let scans: Vec<ParcelScanned> = stations.flat_map(scan).collect();
    let mut tx = bus.store().begin().await?;
    bus.emit(&mut tx, scans).await?;
    Ok(bus.store().commit(tx).await?)
}

/// Waits for the next scan that is handled and adds it to the record.
fn listen(team: &Team, record: &mut Record) -> Result<(String, u32)> {
    let scan = Scan::parse(&team.next_line()?)?;
    let said = (scan.by.clone(), scan.parcel);
    record.add(scan)?;
    Ok(said)
}

/// On a database that was there before: this run is to begin as on a new one.
async fn forget_earlier_runs<S: Log>(bus: &EventBus<S>) -> Result<()> {
    match bus.remove_subscription(SCANS).await {
        Err(error) if error.kind() != ErrorKind::Configuration => Err(error.into()),
        _ => Ok(()),
    }
}

//! How long statistics take on a large log. It is loaded with SQL, with a day of figures beside it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, UNIX_EPOCH};

use clap::Parser;
use eventbus_benches::timing::median;
use eventbus_runtime::store::{Entries, Handles, Log, Registration, Series, Start, Sums, Whose};
use eventbus_runtime::{EventBus, PgBus};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use uuid::Uuid;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures `bus.stats()` and what belongs to it, in milliseconds: medians of several rounds on a log of this many events.
#[derive(Debug, Parser)]
#[command(about)]
struct Options {
    /// How many events the log has.
    #[arg(long, default_value_t = 10_000_000)]
    events: i64,
    /// How often each question is asked.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Measure on a PostgreSQL database that was loaded before and kept, by its URL.
    #[arg(long)]
    loaded: Option<String>,
    /// Only on this database.
    #[arg(long, value_parser = ["postgres", "sqlite"])]
    on: Option<String>,
}

/// Every tenth event is of a correlation, of which each has 1,000; one in 10,000 is of the rare type.
const POSTGRES: &str = "\
    INSERT INTO eventbus_event (epoch, shard, version, id, type, source, tenant, aggregate_id, correlation_id, data) \
    SELECT 1, n * 37 % 1024, 1, \
        (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - ($1 - n) / 10), 12, '0') || '70008' \
            || lpad(to_hex(n), 15, '0'))::uuid, \
        CASE WHEN n % 10000 = 0 THEN 'order.rare' ELSE 'order.placed' END, '/bench', 't' || n % 5, 'a' || n % 1000, \
        CASE WHEN n % 10 = 0 THEN ('00000000-0000-7000-8000-' || lpad(to_hex(n / 10000), 12, '0'))::uuid END, \
        json_build_object('order', n, 'text', repeat('x', 40)) \
    FROM generate_series($1::bigint - $2 + 1, $1) AS n";

const SQLITE: &str = "\
    WITH RECURSIVE series (n) AS (SELECT ?1 - ?2 + 1 UNION ALL SELECT n + 1 FROM series WHERE n < ?1) \
    INSERT INTO eventbus_event (shard, version, id, type, source, tenant, aggregate_id, correlation_id, data) \
    SELECT n * 37 % 1024, 1, \
        printf('%s-%s-7000-8%03x-%012x', substr(time, 1, 8), substr(time, 9), n >> 48, n), \
        CASE WHEN n % 10000 = 0 THEN 'order.rare' ELSE 'order.placed' END, '/bench', 't' || n % 5, 'a' || n % 1000, \
        CASE WHEN n % 10 = 0 THEN printf('00000000-0000-7000-8000-%012x', n / 10000) END, \
        json_object('order', n, 'text', ?4) \
    FROM (SELECT n, printf('%012x', ?3 - (?1 - n) / 10) AS time FROM series)";

/// How many events one statement loads.
const LOAD: i64 = 1_000_000;

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let is_on = |name: &str| options.on.as_deref().is_none_or(|on| on == name);
    if let Some(url) = &options.loaded {
        return measure(&PgBus::connect(url).await?, &options).await;
    }
    if is_on("postgres") {
        let database = PgDatabase::new().await;
        let bus = database.bus().await;
        let began = Instant::now();
        for upto in loads(options.events) {
            let query = sqlx::query(POSTGRES).bind(upto.1).bind(upto.0);
            query.execute(bus.pool()).await?;
        }
        sqlx::query("VACUUM ANALYZE eventbus_event").execute(bus.pool()).await?;
        println!("PostgreSQL: {} events loaded in {:.0?}", options.events, began.elapsed());
        measure(&bus, &options).await?;
        bus.pool().close().await;
    }
    if is_on("sqlite") {
        let file = SqliteFile::new();
        let bus = file.bus().await;
        let began = Instant::now();
        for upto in loads(options.events) {
            let query =
                sqlx::query(SQLITE).bind(upto.1).bind(upto.0).bind(now()).bind("x".repeat(40));
            query.execute(bus.pool()).await?;
        }
        println!("SQLite: {} events loaded in {:.0?}", options.events, began.elapsed());
        measure(&bus, &options).await?;
    }
    Ok(())
}

/// How many events each statement loads, and the number of the last of them.
fn loads(events: i64) -> impl Iterator<Item = (i64, i64)> {
    let whole = (0..events / LOAD).map(|load| (LOAD, (load + 1) * LOAD));
    let rest = events % LOAD;
    whole.chain((rest > 0).then_some((rest, events)))
}

fn now() -> i64 {
    let now = UNIX_EPOCH.elapsed().expect("1970 is over").as_millis();
    i64::try_from(now).expect("it is not that late")
}

async fn measure<S: Log>(bus: &EventBus<S>, options: &Options) -> Result<()> {
    for number in 0..20 {
        register(bus, &format!("s{number:02}"), "order.placed", Start::Now).await?;
    }
    figures(bus).await?;
    let rounds = options.rounds;
    report("20 subscriptions at the end, the last hour", rounds, async || {
        bus.stats().await.map(|told| told.total.pending.to_string())
    })
    .await?;
    let day = Duration::from_secs(24 * 3_600);
    report("the same, the last day", rounds, async || {
        bus.stats().since(day).await.map(|told| told.total.handled.to_string())
    })
    .await?;
    let of = |name: &'static str| {
        async move || {
            bus.stats().of_subscription(name).await.map(|told| told.total.pending.to_string())
        }
    };
    register(bus, "behind", "order.placed", Start::Beginning).await?;
    report("one subscription that has everything before it", rounds, of("behind")).await?;
    register(bus, "half", "order.placed", Start::Position(options.events / 2)).await?;
    report("one that is half-way", rounds, of("half")).await?;
    register(bus, "near", "order.placed", Start::Position(options.events - 10_000)).await?;
    report("one that has 10,000 events before it", rounds, of("near")).await?;
    register(bus, "rare", "order.rare", Start::Beginning).await?;
    report("one that has all of a rare type before it", rounds, of("rare")).await?;
    report("failed attempts", rounds, async || {
        bus.stats().failed(20).await.map(|notes| notes.len().to_string())
    })
    .await?;
    let id = Uuid::from_u128((0x7000 << 64) | (0x8 << 60) | 7);
    report("a correlation of 1,000 events", rounds, async || {
        bus.correlation(id).await.map(|told| told.events.len().to_string())
    })
    .await
}

async fn report(
    what: &str,
    rounds: usize,
    ask: impl AsyncFn() -> eventbus_runtime::Result<String>,
) -> Result<()> {
    let (mut times, mut found) = (Vec::new(), String::new());
    for _ in 0..rounds {
        let began = Instant::now();
        found = ask().await?;
        times.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let first = times[0];
    println!("{:8.1} ms (the first {first:.1}): {what}: {found}", median(times));
    Ok(())
}

async fn register<S: Log>(
    bus: &EventBus<S>,
    name: &str,
    event_type: &str,
    start: Start,
) -> Result<()> {
    let handles: Handles = [(event_type.to_owned(), 1)].into();
    let registration = Registration { subscription: name.to_owned(), start, shards: 16, handles };
    Ok(bus.store().register(&registration).await?)
}

/// A day of figures of each subscription: one type, three tenants.
async fn figures<S: Log>(bus: &EventBus<S>) -> Result<()> {
    let minute = now() / 60_000;
    let of_a_minute: Vec<Sums> = (0..20).map(of_a_minute).collect();
    for hour in 0..24 {
        let mut sums = BTreeMap::new();
        for back in hour * 60..(hour + 1) * 60 {
            for (number, of_a_minute) in of_a_minute.iter().enumerate() {
                for tenant in ["t0", "t1", "t2"] {
                    let series = Series {
                        subscription: format!("s{number:02}"),
                        event_type: "order.placed".to_owned(),
                        whose: Whose::Tenant(tenant.to_owned()),
                    };
                    sums.insert((minute - back, series), of_a_minute.clone());
                }
            }
        }
        bus.store().keep(&Entries { sums, notes: Vec::new() }, 0).await?;
    }
    Ok(())
}

fn of_a_minute(number: u64) -> Sums {
    let mut sums = Sums { handled: 200, ..Sums::default() };
    for at in 0..200 {
        sums.latency.record(Duration::from_micros(2_000 + at * at * (number + 1)));
        sums.duration.record(Duration::from_micros(100 + at * (number + 1)));
    }
    sums
}

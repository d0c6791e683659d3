//! Any filter of a replay hands over what the same filter means over the whole log in memory.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use eventbus_runtime::store::{Log, Shards, Stored, Tracks, Wanted};
use eventbus_runtime::{Event, HandlerError, RawEvent, ReplayFilter, Start, TypeSet};
use eventbus_tests::random::seeded;
use rand::RngExt;
use rand::rngs::StdRng;
use uuid::{NoContext, Timestamp, Uuid};

use crate::desk::Desk;
use crate::events::{Any, noted, posted};

const TENANTS: [&str; 2] = ["acme", "globex"];
const ACCOUNTS: [&str; 3] = ["a", "b", "c"];
const CORRELATIONS: [u128; 2] = [1, 2];
const PATTERNS: [&str; 5] = ["account.posted", "audit.*", "account.*", "*", "payment.*"];

/// What decides: of an event in hand, in words of its own.
type Rule = Box<dyn Fn(&Stored) -> bool>;

/// The clocks of those who emit are off by less than a minute.
fn event(rng: &mut StdRng, n: i64, began: Duration) -> RawEvent {
    let mut event = match rng.random_range(0..3) {
        0 => noted(n),
        _ => posted(ACCOUNTS[rng.random_range(0..ACCOUNTS.len())], n),
    };
    let time = began + Duration::from_millis(rng.random_range(0..50_000));
    let envelope = &mut event.envelope;
    let (seconds, nanoseconds) = (time.as_secs(), time.subsec_nanos());
    envelope.id = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, nanoseconds));
    envelope.tenant = TENANTS.get(rng.random_range(0..3)).map(|tenant| (*tenant).to_owned());
    envelope.correlation_id =
        CORRELATIONS.get(rng.random_range(0..3)).copied().map(Uuid::from_u128);
    event
}

fn millis(stored: &Stored) -> u128 {
    let (seconds, nanoseconds) = stored.event.envelope.id.get_timestamp().unwrap().to_unix();
    Duration::new(seconds, nanoseconds).as_millis()
}

/// A filter, and what it means.
fn filter(rng: &mut StdRng, log: &[Stored], began: Duration) -> (ReplayFilter, Vec<Rule>) {
    let (mut filter, mut rules): (_, Vec<Rule>) = (ReplayFilter::new(), Vec::new());
    if rng.random_bool(0.4) {
        let patterns: Vec<&str> =
            (0..2).map(|_| PATTERNS[rng.random_range(0..PATTERNS.len())]).collect();
        filter = filter.types(&patterns).unwrap();
        rules.push(Box::new(move |stored| {
            let name = &stored.event.envelope.event_type;
            patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == pattern,
            })
        }));
    }
    if rng.random_bool(0.3) {
        let tenant = TENANTS[rng.random_range(0..TENANTS.len())];
        filter = filter.tenant(tenant);
        rules.push(Box::new(move |stored| stored.event.envelope.tenant.as_deref() == Some(tenant)));
    }
    if rng.random_bool(0.3) {
        let account = ACCOUNTS[rng.random_range(0..ACCOUNTS.len())];
        filter = filter.aggregate(account);
        rules.push(Box::new(move |stored| {
            stored.event.envelope.aggregate_id.as_deref() == Some(account)
        }));
    }
    if rng.random_bool(0.3) {
        let id = Uuid::from_u128(CORRELATIONS[rng.random_range(0..CORRELATIONS.len())]);
        filter = filter.correlation(id);
        rules.push(Box::new(move |stored| stored.event.envelope.correlation_id == Some(id)));
    }
    let time = |rng: &mut StdRng| began + Duration::from_micros(rng.random_range(0..60_000_000));
    if rng.random_bool(0.3) {
        let since = time(rng);
        filter = filter.since(UNIX_EPOCH + since);
        rules.push(Box::new(move |stored| millis(stored) >= since.as_millis()));
    }
    if rng.random_bool(0.3) {
        let until = time(rng);
        filter = filter.until(UNIX_EPOCH + until);
        rules.push(Box::new(move |stored| millis(stored) < until.as_millis()));
    }
    if rng.random_bool(0.4) {
        let mut at = || log[rng.random_range(0..log.len())].position + rng.random_range(-1..=1);
        let (first, last) = (at(), at());
        let rule: Rule = match rng.random_range(0..3) {
            0 => {
                filter = filter.positions(first..);
                Box::new(move |stored| stored.position >= first)
            }
            1 => {
                filter = filter.positions(..last);
                Box::new(move |stored| stored.position < last)
            }
            _ => {
                filter = filter.positions(first..=last);
                Box::new(move |stored| stored.position >= first && stored.position <= last)
            }
        };
        rules.push(rule);
    }
    (filter, rules)
}

/// The whole log.
async fn log<S: Log>(store: &S) -> Vec<Stored> {
    let (mut cursor, upto) = store.span(Start::Beginning, i64::MAX).await.unwrap();
    let (types, shards, mut events) = (TypeSet::everything(), Shards::all(1), Vec::new());
    while cursor < upto {
        let wanted = Wanted {
            types: &types,
            shards: &shards,
            tracks: &Tracks::all(),
            limit: 1_000,
            upto: Some(&upto),
        };
        let page = store.page(&cursor, &wanted).await.unwrap();
        events.extend(page.events);
        cursor = page.end;
    }
    events
}

pub(crate) async fn any_filter_hands_over_what_it_means<S: Log>(store: S) {
    let mut rng = seeded();
    let desk = Desk::new(store);
    let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    for n in 0..12 {
        let events: Vec<_> = (0..8).map(|k| event(&mut rng, n * 8 + k, began)).collect();
        desk.emit(&events).await;
    }
    let log = log(&desk.store).await;
    assert_eq!(log.len(), 96);
    let seen: Arc<Mutex<Vec<i64>>> = Arc::default();
    let handler = || {
        let seen = Arc::clone(&seen);
        move |event: Event<Any>| {
            if event.is_replay() {
                seen.lock().unwrap().push(event.position());
            }
            async { Ok::<_, HandlerError>(()) }
        }
    };
    let running = desk.subscribe("live").handle(handler()).start().await.unwrap();
    for round in 0..16 {
        let (filter, rules) = filter(&mut rng, &log, began);
        let expected: Vec<i64> = log
            .iter()
            .filter(|stored| rules.iter().all(|rule| rule(stored)))
            .map(|stored| stored.position)
            .collect();
        let replay = match round % 2 {
            0 => desk.bus.replay("again").handle(handler()),
            _ => running.replay("again"),
        };
        let replay = replay.page(rng.random_range(1..40)).filter(filter.clone());
        let counted = replay.dry_run().await.unwrap();
        assert_eq!(counted.count, u64::try_from(expected.len()).unwrap(), "{filter:?}");
        let ends = expected.first().zip(expected.last());
        assert_eq!(counted.positions, ends.map(|(first, last)| *first..=*last), "{filter:?}");
        match replay.start().await {
            Ok(replay) => replay.finished().await.unwrap(),
            // Of `payment.*` no handler takes anything.
            Err(refused) => assert!(expected.is_empty(), "{filter:?}: {refused}"),
        }
        let mut handed = std::mem::take(&mut *seen.lock().unwrap());
        handed.sort_unstable();
        assert_eq!(handed, expected, "{filter:?}");
    }
}

//! What a subscription's filter lets through, and what becomes of the rest.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use eventbus_runtime::store::Log;
use eventbus_runtime::{
    Catalog, DomainEvent, Error, ErrorKind, Event, EventSubset, Filter, Group, HandlerError,
    RawEvent, Running, Tx,
};

use crate::desk::{Desk, counts, stubborn};
use crate::events::raw;
use crate::faulty::Faulty;

#[derive(Debug, DomainEvent)]
enum BankEvent {
    Account(AccountEvent),
    Payment(PaymentEvent),
}

#[derive(Debug, DomainEvent)]
enum AccountEvent {
    Opened { n: i64 },
    Closed { n: i64 },
}

#[derive(Debug, DomainEvent)]
enum PaymentEvent {
    Taken { n: i64 },
}

#[derive(Debug, EventSubset)]
enum Books {
    Closed(AccountClosed),
    Payment(PaymentEvent),
}

impl BankEvent {
    const fn number(&self) -> i64 {
        match self {
            Self::Account(AccountEvent::Opened { n } | AccountEvent::Closed { n })
            | Self::Payment(PaymentEvent::Taken { n }) => *n,
        }
    }
}

fn opened(tenant: Option<&str>, account: &str, n: i64) -> RawEvent {
    let mut event = raw(&AccountOpened { n }, Some(account));
    event.envelope.tenant = tenant.map(str::to_owned);
    event
}

fn closed(account: &str, n: i64) -> RawEvent {
    raw(&AccountClosed { n }, Some(account))
}

fn taken(n: i64) -> RawEvent {
    raw(&PaymentTaken { n }, None)
}

/// An event of a type that the code here does not know.
fn renamed(event_type: &str) -> RawEvent {
    let mut event = opened(None, "a", 0);
    event.envelope.event_type = event_type.to_owned();
    event
}

type Numbers = Arc<Mutex<Vec<i64>>>;

/// Everything that the filter lets through is noted, by a plain handler and by a transactional one.
async fn both<S: Log>(
    desk: &Desk<S>,
    filter: impl Into<Filter>,
) -> [(Running<Faulty<S>>, Numbers); 2] {
    let filter = filter.into();
    let (plain, within) = (Numbers::default(), Numbers::default());
    let noted = Arc::clone(&plain);
    let handler = move |event: Event<BankEvent>| {
        noted.lock().unwrap().push(event.number());
        async { Ok::<_, HandlerError>(()) }
    };
    let first = desk.subscribe("plain").filter(filter.clone()).handle(handler);
    let noted = Arc::clone(&within);
    let handler = move |_: Tx<Faulty<S>>, event: Event<BankEvent>| {
        noted.lock().unwrap().push(event.number());
        async { Ok::<_, HandlerError>(()) }
    };
    let second = desk.subscribe("within").filter(filter).handle(handler);
    [(first.start().await.unwrap(), plain), (second.start().await.unwrap(), within)]
}

/// Asserts which numbers are let through.
async fn lets_through<S: Log>(desk: &Desk<S>, filter: impl Into<Filter>, wanted: &[i64]) {
    for (running, numbers) in both(desk, filter).await {
        running.settled().await.unwrap();
        assert_eq!(*numbers.lock().unwrap(), wanted, "{}", running.name());
        let handled = u64::try_from(wanted.len()).unwrap();
        assert_eq!(counts(&running), (handled, 0, 0));
        assert_eq!(running.stats().total.unknown, 0, "what is not wanted is not unknown");
    }
}

fn three_tenants() -> [RawEvent; 6] {
    [
        opened(Some("acme"), "a", 1),
        opened(Some("acme"), "b", 2),
        opened(Some("globex"), "a", 3),
        opened(None, "a", 4),
        closed("a", 5),
        taken(6),
    ]
}

pub(crate) async fn a_tenant_and_an_aggregate_narrow_it<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&three_tenants()).await;
    let filter = AccountEvent::filter().tenant("acme").aggregate("a");
    lets_through(&desk, filter, &[1]).await;
}

pub(crate) async fn filters_compose<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&three_tenants()).await;
    let acme = AccountOpened::filter().tenant("acme");
    let filter = (acme | PaymentEvent::filter()) & !BankEvent::filter().aggregate("b");
    lets_through(&desk, filter, &[1, 6]).await;
}

pub(crate) async fn what_is_not_a_tenants_is_let_through<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&three_tenants()).await;
    lets_through(&desk, !AccountOpened::filter().tenant("acme"), &[3, 4, 5, 6]).await;
}

pub(crate) async fn a_family_with_exceptions_is_read_without_them<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&three_tenants()).await;
    desk.emit(&[renamed("stock.counted")]).await;
    lets_through(&desk, !AccountOpened::filter(), &[5, 6]).await;
}

pub(crate) async fn two_filters_both_hold<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&three_tenants()).await;
    let numbers = Numbers::default();
    let noted = Arc::clone(&numbers);
    let handler = move |event: Event<BankEvent>| {
        noted.lock().unwrap().push(event.number());
        async { Ok::<_, HandlerError>(()) }
    };
    let subscription = desk.subscribe("both").filter(AccountEvent::filter()).handle(handler);
    let subscription = subscription.filter(BankEvent::filter().aggregate("a"));
    subscription.start().await.unwrap().settled().await.unwrap();
    assert_eq!(*numbers.lock().unwrap(), [1, 3, 4, 5]);
}

pub(crate) async fn a_closure_is_asked_last_and_of_its_own_event<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&three_tenants()).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&asked);
    let even = AccountOpened::filter().and(move |event: &Event<AccountOpened>| {
        calls.fetch_add(1, SeqCst);
        event.n % 2 == 0
    });
    lets_through(&desk, even.tenant("acme") | AccountClosed::filter(), &[2, 5]).await;
    assert_eq!(asked.load(SeqCst), 2 * 2, "of acme's events alone, once by each subscription");
}

pub(crate) async fn an_event_that_a_closure_cannot_read_is_a_dead_letter<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut broken = opened(None, "a", 1);
    broken.data = "{}".to_owned();
    desk.emit(&[broken, opened(None, "a", 2), opened(None, "b", 3)]).await;
    let filter = AccountOpened::filter().and(|event: &Event<AccountOpened>| event.n != 2);
    for (running, numbers) in both(&desk, filter).await {
        running.settled().await.unwrap();
        let letters = running.dead_letters().await.unwrap();
        let kinds: Vec<_> = letters.iter().map(|letter| letter.kind.as_str()).collect();
        assert_eq!(kinds, ["DeserializationFailed"]);
        assert_eq!(*numbers.lock().unwrap(), [3]);
        assert_eq!(counts(&running), (1, 0, 1));
    }
}

pub(crate) async fn a_panic_of_a_closure_is_a_failed_delivery<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[opened(None, "a", 1), opened(None, "b", 2)]).await;
    let filter = AccountOpened::filter().and(|event: &Event<AccountOpened>| {
        assert!(event.n != 1, "one is odd");
        true
    });
    for (running, numbers) in both(&desk, filter).await {
        running.settled().await.unwrap();
        let letters = running.dead_letters().await.unwrap();
        assert!(letters[0].message.ends_with("the filter panicked: one is odd"), "{letters:?}");
        assert_eq!(*numbers.lock().unwrap(), [2]);
        assert_eq!(counts(&running), (1, 2, 1));
    }
}

pub(crate) async fn a_rejected_event_is_neither_parked_nor_waited_for<S: Log>(store: S) {
    let desk = Desk::new(store);
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&attempts);
    let handler = move |event: Event<AccountOpened>| {
        noted.lock().unwrap().push((event.n, event.attempt()));
        let fails = event.n == 1 && event.attempt() < 3;
        async move { if fails { Err(HandlerError::retryable("not yet")) } else { Ok(()) } }
    };
    let filter = AccountOpened::filter().and(|event: &Event<AccountOpened>| event.n != 2);
    desk.emit(&[1, 2, 3].map(|n| opened(None, "a", n))).await;
    let running = desk.subscribe("order").filter(filter).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(*attempts.lock().unwrap(), [(1, 1), (1, 2), (1, 3), (3, 1)]);
    assert_eq!(counts(&running), (2, 2, 0));
}

pub(crate) async fn trouble_that_the_filter_rejects_by_now_is_let_go<S: Log>(store: S) {
    let desk = Desk::new(store);
    let events = [opened(Some("acme"), "a", 1), opened(Some("acme"), "a", 2)];
    desk.leave_in_trouble::<AccountOpened>("books", stubborn(), &events, 1).await;
    let handler = async |_: Event<AccountOpened>| Err::<(), _>(HandlerError::terminal("unwanted"));
    let filter = !AccountOpened::filter().tenant("acme");
    let running = desk.subscribe("books").filter(filter).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(counts(&running), (0, 0, 0));
    assert_eq!(running.dead_letters().await.unwrap(), []);
}

pub(crate) async fn a_handler_that_the_filter_makes_deaf_is_refused<S: Log>(store: S) {
    async fn charge(_: Event<AccountOpened>) -> Result<(), HandlerError> {
        Ok(())
    }
    let desk = Desk::new(store);
    let filter = PaymentEvent::filter() | AccountClosed::filter();
    let refused = desk.subscribe("deaf").filter(filter).handle(charge).start().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    let text = refused.to_string();
    assert!(
        text.contains("::charge` takes account.opened, and the filter lets through only "),
        "{text}"
    );
    assert!(text.contains("only account.closed, payment.*: it would never be called"), "{text}");
}

pub(crate) async fn unknown_types_of_a_family_are_skipped_and_counted<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[
        opened(None, "a", 1),
        renamed("account.merged"),
        renamed("account.line.added"),
        renamed("accounts.opened"),
        renamed("account.merged"),
        opened(None, "a", 2),
    ])
    .await;
    for (running, numbers) in both(&desk, AccountEvent::filter()).await {
        running.settled().await.unwrap();
        assert_eq!(*numbers.lock().unwrap(), [1, 2]);
        let stats = running.stats();
        assert_eq!((stats.total.handled, stats.total.unknown), (2, 3));
        assert_eq!(stats.by_type.len(), 1);
        running.shutdown().await.unwrap();
    }
    for (running, _) in both(&desk, AccountEvent::filter()).await {
        running.settled().await.unwrap();
        assert_eq!(running.stats().total.unknown, 0, "the cursor has passed them");
    }
}

/// A group that keeps what it does not know.
enum Lenient {
    Known(AccountEvent),
    Unknown(String),
}

impl DomainEvent for Lenient {
    const CATALOG: Catalog = Catalog::Group(&Group {
        rust_path: "Lenient",
        docs: "",
        prefix: "account",
        members: &[AccountOpened::CATALOG, AccountClosed::CATALOG],
        unknown: true,
        subset: false,
    });

    fn event_type(&self) -> &'static str {
        "account.unknown"
    }

    fn version(&self) -> u32 {
        1
    }

    fn aggregate_id(&self) -> Option<String> {
        None
    }

    fn to_data(&self) -> Result<String, Error> {
        Ok("{}".to_owned())
    }

    fn from_data(event_type: &str, version: u32, data: &str) -> Result<Self, Error> {
        match AccountEvent::from_data(event_type, version, data) {
            Err(error) if error.kind() == ErrorKind::UnknownType => {
                Ok(Self::Unknown(event_type.to_owned()))
            }
            known => known.map(Self::Known),
        }
    }
}

pub(crate) async fn a_group_that_keeps_what_it_does_not_know_is_handed_it<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut newer = renamed("account.line.added");
    newer.envelope.version = 7;
    desk.emit(&[opened(None, "a", 1), renamed("account.merged"), newer, renamed("accounts.x")])
        .await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let handler = move |event: Event<Lenient>| {
        noted.lock().unwrap().push(match &*event {
            Lenient::Known(event) => event.event_type().to_owned(),
            Lenient::Unknown(event_type) => format!("unknown {event_type}"),
        });
        async { Ok::<_, HandlerError>(()) }
    };
    let taken = async |_: Event<PaymentEvent>| Ok(());
    let running = desk.subscribe("lenient").handle(handler).handle(taken).start().await.unwrap();
    running.settled().await.unwrap();
    let wanted = ["account.opened", "unknown account.merged", "unknown account.line.added"];
    assert_eq!(*seen.lock().unwrap(), wanted);
    assert_eq!((counts(&running), running.stats().total.unknown), ((3, 0, 0), 0));
    assert_eq!(running.stats().by_type["account"].handled, 2, "counted by their family");
}

pub(crate) async fn a_subset_is_handled_as_one_type<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[opened(None, "a", 1), closed("a", 2), taken(3), renamed("account.merged")]).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let handler = move |event: Event<Books>| {
        noted.lock().unwrap().push(match &*event {
            Books::Closed(closed) => format!("closed {}", closed.n),
            Books::Payment(PaymentEvent::Taken { n }) => format!("taken {n}"),
        });
        async { Ok::<_, HandlerError>(()) }
    };
    let filter = Books::filter().and(|event: &Event<Books>| event.event_type() != "x");
    let running = desk.subscribe("books").filter(filter).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["closed 2", "taken 3"]);
    assert_eq!((counts(&running), running.stats().total.unknown), ((2, 0, 0), 0));
}

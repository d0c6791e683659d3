//! Filters, without anybody who reads a log by them.

use std::collections::BTreeMap;

use eventbus_runtime::{
    Delivery, DomainEvent, Envelope, ErrorKind, Event, Filter, RawEvent, TypeSet,
};
use eventbus_tests::random::seeded;
use rand::RngExt;
use rand::rngs::StdRng;
use uuid::Uuid;

use crate::events::{
    LineAdded, LineEvent, OrderEvent, OrderPlaced, ShopEvent, SystemEvent, SystemPing,
};

/// What a filter should say.
type Model = Box<dyn Fn(&RawEvent, Delivery) -> bool>;

const PLACED: &str =
    r#"{"order_id":"00000000-0000-0000-0000-000000000000","total_cents":1,"items":{}}"#;
const ADDED: &str = r#"{"orderId":"00000000-0000-0000-0000-000000000000","howMany":1}"#;

/// Types that the shop knows, and types of its families and beside them that it does not.
const TYPES: [(&str, &str); 8] = [
    ("order.placed", PLACED),
    ("order.line.added", ADDED),
    ("order.line.dropped", "{}"),
    ("system.ping", "{}"),
    ("system.started", "{}"),
    ("order.moved", "{}"),
    ("order.line.moved", "{}"),
    ("stock.counted", "{}"),
];

fn event(event_type: &str, data: &str, tenant: Option<&str>, aggregate: Option<&str>) -> RawEvent {
    let envelope = Envelope {
        id: Uuid::now_v7(),
        event_type: event_type.to_owned(),
        version: if event_type == "order.placed" { 2 } else { 1 },
        source: "test".to_owned(),
        tenant: tenant.map(str::to_owned),
        aggregate_id: aggregate.map(str::to_owned),
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        tracestate: None,
        priority: eventbus_runtime::Priority::Normal,
        metadata: BTreeMap::new(),
    };
    RawEvent { envelope, data: data.to_owned() }
}

/// A typed filter with each of its conditions or without.
fn typed<E: DomainEvent>(random: &mut StdRng) -> (Filter, Model) {
    let types = TypeSet::of::<E>();
    let mut filter = E::filter();
    let [of_tenant, of_aggregate, by_closure] = [(); 3].map(|()| random.random_bool(0.4));
    if by_closure {
        filter = filter.and(|event: &Event<E>| event.position() % 2 == 0);
    }
    if of_tenant {
        filter = filter.tenant("acme");
    }
    if of_aggregate {
        filter = filter.aggregate("a");
    }
    let model = move |event: &RawEvent, delivery: Delivery| {
        let Envelope { event_type, version, tenant, aggregate_id, .. } = &event.envelope;
        types.contains(event_type)
            && (!of_tenant || tenant.as_deref() == Some("acme"))
            && (!of_aggregate || aggregate_id.as_deref() == Some("a"))
            && (!by_closure
                || delivery.position % 2 == 0
                    && E::from_data(event_type, *version, &event.data).is_ok())
    };
    (filter.into(), Box::new(model))
}

fn random_filter(random: &mut StdRng, depth: u32) -> (Filter, Model) {
    if depth == 0 {
        return match random.random_range(0..6) {
            0 => typed::<OrderPlaced>(random),
            1 => typed::<LineAdded>(random),
            2 => typed::<LineEvent>(random),
            3 => typed::<OrderEvent>(random),
            4 => typed::<SystemEvent>(random),
            _ => typed::<ShopEvent>(random),
        };
    }
    let (left, left_model) = random_filter(random, depth - 1);
    let (right, right_model) = random_filter(random, depth - 1);
    match random.random_range(0..3) {
        0 => (left | right, Box::new(move |e, d| left_model(e, d) || right_model(e, d))),
        1 => (left & right, Box::new(move |e, d| left_model(e, d) && right_model(e, d))),
        _ => (!left, Box::new(move |e, d| !left_model(e, d))),
    }
}

#[test]
fn filters_are_what_their_model_says() {
    let mut random = seeded();
    for _ in 0..1_000 {
        let depth = random.random_range(0..5);
        let (filter, model) = random_filter(&mut random, depth);
        for (event_type, data) in TYPES {
            let tenant = [None, Some("acme"), Some("globex")][random.random_range(0..3)];
            let aggregate = [None, Some("a"), Some("b")][random.random_range(0..3)];
            let event = event(event_type, data, tenant, aggregate);
            let delivery = Delivery::new(random.random_range(1..3), 1);
            let wanted = model(&event, delivery);
            let told = format!("{filter:?} of {:?}", event.envelope);
            assert_eq!(filter.matches(&event, delivery).unwrap(), wanted, "{told}");
            assert!(!wanted || filter.types().contains(event_type), "{told}");
            let negated = !filter.clone();
            assert_eq!(negated.matches(&event, delivery).unwrap(), !wanted, "not {told}");
            assert!(wanted || negated.types().contains(event_type), "not {told}");
        }
    }
}

#[test]
fn typed_and_untyped_filters_combine() {
    let untyped = || OrderPlaced::filter() | SystemPing::filter();
    let filters: [Filter; 6] = [
        OrderPlaced::filter() & untyped(),
        untyped() & OrderPlaced::filter(),
        OrderPlaced::filter() & OrderEvent::filter(),
        untyped() & !SystemEvent::filter(),
        !(!OrderPlaced::filter() | SystemPing::filter()),
        !!untyped() & (LineEvent::filter() | untyped()) & OrderPlaced::filter(),
    ];
    for filter in filters {
        assert_eq!(filter.types(), &TypeSet::of::<OrderPlaced>(), "{filter:?}");
    }
}

#[test]
fn a_filter_reads_as_an_expression_that_asks_closures_last() {
    let large = OrderPlaced::filter().and(|event: &Event<OrderPlaced>| event.total_cents > 100);
    let filter =
        (large.tenant("acme") | SystemEvent::filter()) & !LineEvent::filter().aggregate("a");
    assert_eq!(
        format!("{filter:?}"),
        "!((order.line.*) & aggregate(\"a\")) & ((system.*) | ((order.placed) & tenant(\"acme\") & \
         |event: &Event<derive::events::OrderPlaced>| ..))"
    );
}

#[test]
fn a_payload_that_a_closure_cannot_read_is_an_error() {
    let filter: Filter =
        OrderPlaced::filter().tenant("acme").and(|_: &Event<OrderPlaced>| true).into();
    let delivery = Delivery::new(1, 1);
    let broken = event("order.placed", "{}", Some("acme"), None);
    let error = filter.matches(&broken, delivery).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
    let others = event("order.placed", "{}", Some("globex"), None);
    assert!(!filter.matches(&others, delivery).unwrap(), "its payload is not looked at");
}

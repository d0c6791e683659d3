//! The statements of the checks. Each takes the numbers from $1 to $2 and shows $3 places; `total` counts all of them,
//! and the other columns are named as in `Place`.

use crate::integrity::Check;
use crate::store::postgres::epoch::last_number;

/// A page of the log.
pub(super) const ROWS: &str = "\
    SELECT position, shard::bigint AS shard, version::bigint AS version, id, type, source, tenant, aggregate_id, \
        correlation_id, causation_id, traceparent, tracestate, metadata, data, priority::bigint AS priority, \
        (SELECT m.moved_at FROM eventbus_moved AS m WHERE m.id = eventbus_event.id) AS moved_at \
    FROM eventbus_event WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3";

/// What there is.
pub(super) const EXTENT: &str = "\
    SELECT (SELECT max(version)::bigint FROM eventbus_schema) AS version, \
        (SELECT max(position) FROM eventbus_event) AS last, \
        (SELECT count(*) FROM eventbus_subscription) AS subscriptions, \
        (SELECT count(*) FROM eventbus_shard) AS shards, \
        (SELECT count(*) FROM eventbus_delivery) AS deliveries, \
        (SELECT count(*) FROM eventbus_dead_letter) AS dead_letters, \
        (SELECT count(*) FROM eventbus_key) AS keys";

/// Names every column that is read here.
pub(super) const COLUMNS: &[&str] = &[
    "SELECT version, epoch, cluster FROM eventbus_schema LIMIT 0",
    "SELECT xid::text, position, epoch, shard, version, id, type, source, tenant, aggregate_id, correlation_id, \
        causation_id, traceparent, tracestate, metadata::text, data::text, priority FROM eventbus_event LIMIT 0",
    "SELECT name, handles::text FROM eventbus_subscription LIMIT 0",
    "SELECT subscription, shard, epoch, from_snapshot::text, to_snapshot::text, position, from_floor, to_floor, to_ceiling \
        FROM eventbus_shard LIMIT 0",
    "SELECT subscription, shard, tenant, priority, everybody, epoch, from_snapshot::text, to_snapshot::text, position, from_floor, to_floor, \
        to_ceiling FROM eventbus_detour LIMIT 0",
    "SELECT subscription FROM eventbus_replica LIMIT 0",
    "SELECT subscription, position, event_id, key, state, next_at, shard, first_at, errors::text FROM eventbus_delivery \
        LIMIT 0",
    "SELECT id, source, subscription, position, event_id, errors::text, died_at FROM eventbus_dead_letter LIMIT 0",
    "SELECT tenant, key, event_id, expires_at::text FROM eventbus_key LIMIT 0",
    "SELECT id, due_at FROM eventbus_scheduled LIMIT 0",
    "SELECT id, moved_at FROM eventbus_moved LIMIT 0",
];

/// The checks, in the order in which they are made.
pub(super) const CHECKS: &[Check] = &[
    Check::IndexDisagrees,
    Check::DuplicateEventId,
    Check::DuplicatePosition,
    Check::PositionAboveSequence,
    Check::EventOutOfReach,
    Check::EpochGoesDown,
    Check::CursorAheadOfLog,
    Check::ShardMissing,
    Check::UnknownSubscription,
    Check::DeliveryWithoutEvent,
    Check::DeliveryOfAnotherEvent,
    Check::DeliveryInWrongShard,
    Check::DeliveryNeverDue,
    Check::StuckBehind,
    Check::LetterAndDelivery,
    Check::LetterOfAnotherEvent,
    Check::ScheduledInLog,
    Check::MalformedRecord,
    Check::DuplicateKey,
    Check::KeyWithoutEvent,
];

/// Whether a check reads tables without their indexes.
pub(super) const fn reads_tables(check: Check) -> bool {
    matches!(
        check,
        Check::IndexDisagrees
            | Check::DuplicateEventId
            | Check::DuplicatePosition
            | Check::DuplicateKey
    )
}

/// Counts the rows of the log by an index: in its order, which nothing else brings. `OFFSET 0` keeps the order from being
/// left out.
pub(super) const BY_INDEX: [(&str, &str); 2] = [
    (
        "eventbus_event_pkey",
        "SELECT count(*) FROM (SELECT position FROM eventbus_event ORDER BY position OFFSET 0) AS i",
    ),
    (
        "eventbus_event_window",
        "SELECT count(*) FROM (SELECT xid, position FROM eventbus_event ORDER BY xid, position OFFSET 0) AS i",
    ),
];

/// The statement of a check; `None` for one that is not among [`CHECKS`], or takes several.
pub(super) const fn of(check: Check) -> Option<&'static str> {
    Some(match check {
        Check::DuplicateEventId => DUPLICATE_EVENT_ID,
        Check::DuplicatePosition => DUPLICATE_POSITION,
        Check::PositionAboveSequence => POSITION_ABOVE_SEQUENCE,
        Check::EventOutOfReach => EVENT_OUT_OF_REACH,
        Check::EpochGoesDown => EPOCH_GOES_DOWN,
        Check::CursorAheadOfLog => CURSOR_AHEAD_OF_LOG,
        Check::ShardMissing => SHARD_MISSING,
        Check::UnknownSubscription => UNKNOWN_SUBSCRIPTION,
        Check::DeliveryWithoutEvent => DELIVERY_WITHOUT_EVENT,
        Check::DeliveryOfAnotherEvent => DELIVERY_OF_ANOTHER_EVENT,
        Check::DeliveryInWrongShard => DELIVERY_IN_WRONG_SHARD,
        Check::DeliveryNeverDue => DELIVERY_NEVER_DUE,
        Check::StuckBehind => STUCK_BEHIND,
        Check::LetterAndDelivery => LETTER_AND_DELIVERY,
        Check::LetterOfAnotherEvent => LETTER_OF_ANOTHER_EVENT,
        Check::ScheduledInLog => SCHEDULED_IN_LOG,
        Check::MalformedRecord => MALFORMED_RECORD,
        Check::DuplicateKey => DUPLICATE_KEY,
        Check::KeyWithoutEvent => KEY_WITHOUT_EVENT,
        _ => return None,
    })
}

/// There is no index on ids: they are sorted or hashed, on the disk where they are many.
const DUPLICATE_EVENT_ID: &str = "\
    SELECT count(*) OVER () AS total, min(position) AS position, id::text AS event_id, \
        count(*) || ' times, the last at position ' || max(position) AS detail \
    FROM eventbus_event WHERE position BETWEEN $1 AND $2 GROUP BY id HAVING count(*) > 1 ORDER BY min(position) LIMIT $3";

const DUPLICATE_POSITION: &str = "\
    SELECT count(*) OVER () AS total, position, count(*) || ' times' AS detail \
    FROM eventbus_event WHERE position BETWEEN $1 AND $2 GROUP BY position HAVING count(*) > 1 ORDER BY position LIMIT $3";

const POSITION_ABOVE_SEQUENCE: &str = concat!(
    "WITH given AS MATERIALIZED (SELECT ",
    last_number!(),
    " AS last FROM eventbus_event_position_seq AS q) \
    SELECT count(*) OVER () AS total, e.position, e.id::text AS event_id, \
        'the last number given out is ' || given.last AS detail \
    FROM given JOIN eventbus_event AS e ON e.position > given.last WHERE e.position BETWEEN $1 AND $2 \
    ORDER BY e.position LIMIT $3"
);

/// The epoch, whether the tables are in the cluster that it is of, the last number given out, and the next transaction
/// id: what `age` counts from, as these transactions have no id of their own. A snapshot's end may lie before it.
macro_rules! now {
    () => {
        concat!(
            "WITH log AS MATERIALIZED ( \
                SELECT x.epoch, coalesce(x.cluster = c.id, false) AS here, ",
            last_number!(),
            " AS last, \
                    pg_snapshot_xmax(n.taken)::text::numeric + age(pg_snapshot_xmax(n.taken)::xid) AS next \
                FROM eventbus_schema AS x, eventbus_event_position_seq AS q, \
                    (SELECT pg_current_snapshot()) AS n (taken), \
                    (SELECT system_identifier::text FROM pg_control_system()) AS c (id)) "
        )
    };
}

/// What is visible was written by a transaction of the past, in an epoch that had begun. In a cluster that nobody has
/// connected to since it was restored, ids do not compare.
const EVENT_OUT_OF_REACH: &str = concat!(
    now!(),
    "SELECT count(*) OVER () AS total, e.position, e.id::text AS event_id, \
        CASE WHEN e.epoch > log.epoch THEN 'its epoch is ' || e.epoch || ', the current one is ' || log.epoch \
            ELSE 'its transaction ' || e.xid || ' is still to come' END AS detail \
    FROM log CROSS JOIN eventbus_event AS e WHERE e.position BETWEEN $1 AND $2 AND (e.epoch > log.epoch \
        OR log.here AND e.epoch = log.epoch AND NOT pg_visible_in_snapshot(e.xid, (SELECT pg_current_snapshot()))) \
    ORDER BY e.position LIMIT $3"
);

const EPOCH_GOES_DOWN: &str = "\
    WITH epochs AS MATERIALIZED (SELECT epoch, min(position) AS first FROM eventbus_event GROUP BY epoch), \
        ends AS MATERIALIZED (SELECT a.epoch, min(b.first) AS before FROM epochs AS a JOIN epochs AS b ON b.epoch > a.epoch \
            GROUP BY a.epoch) \
    SELECT count(*) OVER () AS total, e.position, e.id::text AS event_id, \
        'epoch ' || e.epoch || ', a newer one begins at ' || ends.before AS detail \
    FROM ends JOIN eventbus_event AS e ON e.epoch = ends.epoch AND e.position > ends.before \
    WHERE e.position BETWEEN $1 AND $2 ORDER BY e.position LIMIT $3";

/// A cursor's bounds end at the next transaction id of their time, and hold numbers that were given out.
const CURSOR_AHEAD_OF_LOG: &str = concat!(
    now!(),
    "SELECT count(*) OVER () AS total, s.subscription, s.shard::bigint AS shard, s.position, w.why AS detail \
    FROM log CROSS JOIN (SELECT subscription, shard, epoch, from_snapshot, to_snapshot, position, from_floor, to_floor, \
        to_ceiling FROM eventbus_shard UNION ALL SELECT subscription, shard, epoch, from_snapshot, to_snapshot, position, \
        from_floor, to_floor, to_ceiling FROM eventbus_detour) AS s CROSS JOIN LATERAL ( \
        SELECT greatest(s.position, s.from_floor, s.to_floor, s.to_ceiling) AS number, \
            greatest(pg_snapshot_xmax(s.from_snapshot)::text::numeric, pg_snapshot_xmax(s.to_snapshot)::text::numeric) AS ends \
        ) AS c CROSS JOIN LATERAL ( \
        SELECT CASE WHEN s.epoch > log.epoch THEN 'its epoch is ' || s.epoch || ', the current one is ' || log.epoch \
            WHEN c.number > log.last THEN 'it knows number ' || c.number || ', the last one given out is ' || log.last \
            WHEN log.here AND s.epoch = log.epoch AND c.ends > log.next \
                THEN 'it knows transaction ' || c.ends - 1 || ', the next one is ' || log.next END AS why) AS w \
    WHERE w.why IS NOT NULL ORDER BY s.subscription, s.shard LIMIT $3"
);

/// One that lacks only its last shards looks as if it had never had them.
const SHARD_MISSING: &str = "\
    SELECT count(*) OVER () AS total, s.name AS subscription, \
        CASE WHEN count(h.shard) = 0 THEN 'it has none' \
            ELSE 'it has ' || count(h.shard) || ', the last is number ' || max(h.shard) END AS detail \
    FROM eventbus_subscription AS s LEFT JOIN eventbus_shard AS h ON h.subscription = s.name \
    GROUP BY s.name HAVING count(h.shard) = 0 OR count(h.shard) <> max(h.shard) + 1 \
        OR count(DISTINCT h.shard) <> count(h.shard) ORDER BY s.name LIMIT $3";

const UNKNOWN_SUBSCRIPTION: &str = "\
    SELECT count(*) OVER () AS total, r.subscription, r.shard, r.position, r.detail FROM ( \
        SELECT subscription, shard::bigint AS shard, NULL::bigint AS position, 'eventbus_shard' AS detail \
        FROM eventbus_shard \
        UNION ALL SELECT subscription, shard::bigint, NULL, 'eventbus_detour' FROM eventbus_detour \
        UNION ALL SELECT subscription, NULL, position, 'eventbus_delivery' FROM eventbus_delivery \
        UNION ALL SELECT subscription, NULL, NULL, 'eventbus_replica' FROM eventbus_replica) AS r \
    WHERE NOT EXISTS (SELECT FROM eventbus_subscription AS s WHERE s.name = r.subscription) \
    ORDER BY r.subscription, r.detail, r.shard, r.position LIMIT $3";

const DELIVERY_WITHOUT_EVENT: &str = "\
    SELECT count(*) OVER () AS total, d.subscription, d.position, d.event_id::text AS event_id, d.key, d.state AS detail \
    FROM eventbus_delivery AS d WHERE d.position BETWEEN $1 AND $2 \
        AND NOT EXISTS (SELECT FROM eventbus_event AS e WHERE e.position = d.position) \
    ORDER BY d.subscription, d.position LIMIT $3";

const DELIVERY_OF_ANOTHER_EVENT: &str = "\
    SELECT count(*) OVER () AS total, d.subscription, d.position, d.event_id::text AS event_id, d.key, \
        'the event of this number is ' || e.id AS detail \
    FROM eventbus_delivery AS d JOIN eventbus_event AS e ON e.position = d.position \
    WHERE d.position BETWEEN $1 AND $2 AND e.id <> d.event_id ORDER BY d.subscription, d.position LIMIT $3";

const DELIVERY_IN_WRONG_SHARD: &str = "\
    SELECT count(*) OVER () AS total, d.subscription, d.position, d.event_id::text AS event_id, d.key, \
        'it is in ' || d.shard || ', the event is in ' || e.shard AS detail \
    FROM eventbus_delivery AS d JOIN eventbus_event AS e ON e.position = d.position AND e.id = d.event_id \
    WHERE d.position BETWEEN $1 AND $2 AND e.shard <> d.shard ORDER BY d.subscription, d.position LIMIT $3";

const DELIVERY_NEVER_DUE: &str = "\
    SELECT count(*) OVER () AS total, subscription, position, event_id::text AS event_id, key, \
        CASE state WHEN 'retrying' THEN 'retrying without a time' ELSE 'its state is `' || state || '`' END AS detail \
    FROM eventbus_delivery WHERE position BETWEEN $1 AND $2 \
        AND (state = 'retrying' AND next_at IS NULL OR state NOT IN ('retrying', 'parked')) \
    ORDER BY subscription, position LIMIT $3";

/// What is parked waits for the first of its key that is retrying; where none is, it is ready.
const STUCK_BEHIND: &str = "\
    SELECT count(*) OVER () AS total, p.subscription, p.position, p.event_id::text AS event_id, p.key, \
        'behind position ' || b.position AS detail \
    FROM (SELECT d.subscription, d.key, min(d.position) AS position FROM eventbus_delivery AS d \
        WHERE d.state = 'retrying' AND d.key IS NOT NULL AND (d.next_at IS NULL \
            OR NOT EXISTS (SELECT FROM eventbus_event AS e WHERE e.position = d.position)) \
        GROUP BY d.subscription, d.key) AS b \
    JOIN eventbus_delivery AS p ON p.subscription = b.subscription AND p.key = b.key AND p.position > b.position \
    WHERE p.state = 'parked' AND p.position BETWEEN $1 AND $2 ORDER BY p.subscription, p.position LIMIT $3";

/// A subscription that was moved back meets its letters again, and then the first attempt is later than the letter.
const LETTER_AND_DELIVERY: &str = "\
    SELECT count(*) OVER () AS total, d.subscription, d.position, d.event_id::text AS event_id, d.key, \
        l.id::text AS letter, d.state AS detail \
    FROM eventbus_delivery AS d JOIN eventbus_dead_letter AS l \
        ON l.source = 'event' AND l.subscription = d.subscription AND l.position = d.position \
    WHERE d.position BETWEEN $1 AND $2 AND d.first_at <= l.died_at ORDER BY d.subscription, d.position LIMIT $3";

const LETTER_OF_ANOTHER_EVENT: &str = "\
    SELECT count(*) OVER () AS total, l.subscription, l.position, l.event_id::text AS event_id, l.id::text AS letter, \
        'the event of this number is ' || e.id AS detail \
    FROM eventbus_dead_letter AS l JOIN eventbus_event AS e ON e.position = l.position \
    WHERE l.source = 'event' AND l.position BETWEEN $1 AND $2 AND e.id <> l.event_id ORDER BY l.id LIMIT $3";

/// There is no index on ids: the log is read once, where anything waits.
const SCHEDULED_IN_LOG: &str = "\
    SELECT count(*) OVER () AS total, e.position, e.id::text AS event_id, 'it is due at ' || s.due_at AS detail \
    FROM eventbus_scheduled AS s JOIN eventbus_event AS e ON e.id = s.id \
    WHERE e.position BETWEEN $1 AND $2 ORDER BY e.position LIMIT $3";

/// Columns of JSON of another shape than theirs.
const MALFORMED_RECORD: &str = "\
    SELECT count(*) OVER () AS total, r.subscription, r.position, r.letter, r.detail FROM ( \
        SELECT name AS subscription, NULL::bigint AS position, NULL::text AS letter, \
            'eventbus_subscription.handles' AS detail \
        FROM eventbus_subscription WHERE json_typeof(handles) IS DISTINCT FROM 'object' \
        UNION ALL SELECT subscription, position, NULL, 'eventbus_delivery.errors' FROM eventbus_delivery \
        WHERE jsonb_typeof(errors) IS DISTINCT FROM 'array' \
        UNION ALL SELECT subscription, position, id::text, 'eventbus_dead_letter.errors' FROM eventbus_dead_letter \
        WHERE jsonb_typeof(errors) IS DISTINCT FROM 'array') AS r \
    ORDER BY r.detail, r.subscription, r.position, r.letter LIMIT $3";

const DUPLICATE_KEY: &str = "\
    SELECT count(*) OVER () AS total, key, min(event_id::text) AS event_id, \
        count(*) || ' times' || CASE tenant WHEN '' THEN '' ELSE ', tenant ' || tenant END AS detail \
    FROM eventbus_key GROUP BY tenant, key HAVING count(*) > 1 ORDER BY tenant, key LIMIT $3";

/// There is no index on ids: the log is read once.
const KEY_WITHOUT_EVENT: &str = "\
    SELECT count(*) OVER () AS total, k.key, k.event_id::text AS event_id, \
        CASE k.tenant WHEN '' THEN NULL ELSE 'tenant ' || k.tenant END AS detail \
    FROM eventbus_key AS k WHERE k.expires_at > now() \
        AND NOT EXISTS (SELECT FROM eventbus_event AS e WHERE e.id = k.event_id) \
        AND NOT EXISTS (SELECT FROM eventbus_scheduled AS s WHERE s.id = k.event_id) ORDER BY k.tenant, k.key LIMIT $3";

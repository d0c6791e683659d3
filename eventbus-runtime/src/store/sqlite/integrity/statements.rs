//! The statements of the checks. Each takes the numbers from ?1 to ?2 and shows ?3 places; `total` counts all of them,
//! and the other columns are named as in `Place`.

use crate::integrity::Check;

/// A page of the log.
pub(super) const ROWS: &str = "\
    SELECT position, shard, version, id, type, source, tenant, aggregate_id, correlation_id, causation_id, traceparent, \
        tracestate, metadata, data, priority, \
        (SELECT m.moved_at FROM eventbus_moved AS m WHERE m.id = eventbus_event.id) AS moved_at \
    FROM eventbus_event WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3";

/// What there is.
pub(super) const EXTENT: &str = "\
    SELECT (SELECT max(version) FROM eventbus_schema) AS version, \
        (SELECT max(position) FROM eventbus_event) AS last, \
        (SELECT count(*) FROM eventbus_subscription) AS subscriptions, \
        (SELECT count(*) FROM eventbus_shard) AS shards, \
        (SELECT count(*) FROM eventbus_delivery) AS deliveries, \
        (SELECT count(*) FROM eventbus_dead_letter) AS dead_letters, \
        (SELECT count(*) FROM eventbus_key) AS keys";

/// Names every column that is read here.
pub(super) const COLUMNS: &[&str] = &[
    "SELECT position, shard, version, id, type, source, tenant, aggregate_id, correlation_id, causation_id, traceparent, \
        tracestate, metadata, data, priority FROM eventbus_event LIMIT 0",
    "SELECT name, handles FROM eventbus_subscription LIMIT 0",
    "SELECT subscription, shard, position FROM eventbus_shard LIMIT 0",
    "SELECT subscription, shard, tenant, priority, everybody, position FROM eventbus_detour LIMIT 0",
    "SELECT subscription FROM eventbus_replica LIMIT 0",
    "SELECT subscription, position, event_id, key, state, next_at, shard, first_at, errors FROM eventbus_delivery LIMIT 0",
    "SELECT id, source, subscription, position, event_id, data, errors, died_at FROM eventbus_dead_letter LIMIT 0",
    "SELECT tenant, key, event_id, expires_at FROM eventbus_key LIMIT 0",
    "SELECT id, due_at FROM eventbus_scheduled LIMIT 0",
    "SELECT id, moved_at FROM eventbus_moved LIMIT 0",
];

/// The checks, in the order in which they are made. Numbers and event keys are the keys of their tables, and a file that
/// has one twice is damaged: `damaged_file` says so.
pub(super) const CHECKS: &[Check] = &[
    Check::DamagedFile,
    Check::DuplicateEventId,
    Check::PositionAboveSequence,
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
    Check::KeyWithoutEvent,
];

/// The statement of a check; `None` for one that is not among [`CHECKS`].
pub(super) const fn of(check: Check) -> Option<&'static str> {
    Some(match check {
        Check::DamagedFile => DAMAGED_FILE,
        Check::DuplicateEventId => DUPLICATE_EVENT_ID,
        Check::PositionAboveSequence => POSITION_ABOVE_SEQUENCE,
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
        Check::KeyWithoutEvent => KEY_WITHOUT_EVENT,
        _ => return None,
    })
}

/// Also finds rows that a constraint of their table refuses.
const DAMAGED_FILE: &str = "\
    SELECT count(*) OVER () AS total, quick_check AS detail FROM pragma_quick_check WHERE quick_check <> 'ok' LIMIT ?3";

/// There is no index on ids: they are sorted, in a temporary file where they are many.
const DUPLICATE_EVENT_ID: &str = "\
    SELECT count(*) OVER () AS total, min(position) AS position, id AS event_id, \
        count(*) || ' times, the last at position ' || max(position) AS detail \
    FROM eventbus_event WHERE position BETWEEN ?1 AND ?2 GROUP BY id HAVING count(*) > 1 ORDER BY min(position) LIMIT ?3";

const POSITION_ABOVE_SEQUENCE: &str = "\
    SELECT count(*) OVER () AS total, e.position, e.id AS event_id, 'the last number given out is ' || q.last AS detail \
    FROM (SELECT coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'eventbus_event'), 0) AS last) AS q \
    JOIN eventbus_event AS e ON e.position > q.last WHERE e.position BETWEEN ?1 AND ?2 ORDER BY e.position LIMIT ?3";

/// The next number is above the last one given out and above all that there are.
const CURSOR_AHEAD_OF_LOG: &str = "\
    SELECT count(*) OVER () AS total, s.subscription, s.shard, s.position, \
        'the last number given out is ' || q.last AS detail \
    FROM (SELECT max(coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'eventbus_event'), 0), \
        coalesce((SELECT max(position) FROM eventbus_event), 0)) AS last) AS q \
    JOIN (SELECT subscription, shard, position FROM eventbus_shard UNION ALL \
        SELECT subscription, shard, position FROM eventbus_detour) AS s ON s.position > q.last ORDER BY s.subscription, s.shard LIMIT ?3";

/// One that lacks only its last shards looks as if it had never had them.
const SHARD_MISSING: &str = "\
    SELECT count(*) OVER () AS total, s.name AS subscription, \
        CASE WHEN count(h.shard) = 0 THEN 'it has none' \
            ELSE 'it has ' || count(h.shard) || ', the last is number ' || max(h.shard) END AS detail \
    FROM eventbus_subscription AS s LEFT JOIN eventbus_shard AS h ON h.subscription = s.name \
    GROUP BY s.name HAVING count(h.shard) = 0 OR count(h.shard) <> max(h.shard) + 1 ORDER BY s.name LIMIT ?3";

/// What `PRAGMA foreign_key_check` would say of these tables, with the names.
const UNKNOWN_SUBSCRIPTION: &str = "\
    SELECT count(*) OVER () AS total, r.subscription, r.shard, r.position, r.detail FROM ( \
        SELECT subscription, shard, NULL AS position, 'eventbus_shard' AS detail FROM eventbus_shard \
        UNION ALL SELECT subscription, shard, NULL, 'eventbus_detour' FROM eventbus_detour \
        UNION ALL SELECT subscription, NULL, position, 'eventbus_delivery' FROM eventbus_delivery \
        UNION ALL SELECT subscription, NULL, NULL, 'eventbus_replica' FROM eventbus_replica) AS r \
    WHERE NOT EXISTS (SELECT 1 FROM eventbus_subscription AS s WHERE s.name = r.subscription) \
    ORDER BY r.subscription, r.detail, r.shard, r.position LIMIT ?3";

const DELIVERY_WITHOUT_EVENT: &str = "\
    SELECT count(*) OVER () AS total, d.subscription, d.position, d.event_id, d.key, d.state AS detail \
    FROM eventbus_delivery AS d WHERE d.position BETWEEN ?1 AND ?2 \
        AND NOT EXISTS (SELECT 1 FROM eventbus_event AS e WHERE e.position = d.position) \
    ORDER BY d.subscription, d.position LIMIT ?3";

const DELIVERY_OF_ANOTHER_EVENT: &str = "\
    SELECT count(*) OVER () AS total, d.subscription, d.position, d.event_id, d.key, \
        'the event of this number is ' || e.id AS detail \
    FROM eventbus_delivery AS d JOIN eventbus_event AS e ON e.position = d.position \
    WHERE d.position BETWEEN ?1 AND ?2 AND e.id <> d.event_id ORDER BY d.subscription, d.position LIMIT ?3";

const DELIVERY_IN_WRONG_SHARD: &str = "\
    SELECT count(*) OVER () AS total, d.subscription, d.position, d.event_id, d.key, \
        'it is in ' || d.shard || ', the event is in ' || e.shard AS detail \
    FROM eventbus_delivery AS d JOIN eventbus_event AS e ON e.position = d.position AND e.id = d.event_id \
    WHERE d.position BETWEEN ?1 AND ?2 AND e.shard <> d.shard ORDER BY d.subscription, d.position LIMIT ?3";

const DELIVERY_NEVER_DUE: &str = "\
    SELECT count(*) OVER () AS total, subscription, position, event_id, key, \
        CASE state WHEN 'retrying' THEN 'retrying without a time' ELSE 'its state is `' || state || '`' END AS detail \
    FROM eventbus_delivery WHERE position BETWEEN ?1 AND ?2 \
        AND (state = 'retrying' AND next_at IS NULL OR state NOT IN ('retrying', 'parked')) \
    ORDER BY subscription, position LIMIT ?3";

/// What is parked waits for the first of its key that is retrying; where none is, it is ready.
const STUCK_BEHIND: &str = "\
    SELECT count(*) OVER () AS total, p.subscription, p.position, p.event_id, p.key, \
        'behind position ' || b.position AS detail \
    FROM (SELECT d.subscription, d.key, min(d.position) AS position FROM eventbus_delivery AS d \
        WHERE d.state = 'retrying' AND d.key IS NOT NULL AND (d.next_at IS NULL \
            OR NOT EXISTS (SELECT 1 FROM eventbus_event AS e WHERE e.position = d.position)) \
        GROUP BY d.subscription, d.key) AS b \
    JOIN eventbus_delivery AS p ON p.subscription = b.subscription AND p.key = b.key AND p.position > b.position \
    WHERE p.state = 'parked' AND p.position BETWEEN ?1 AND ?2 ORDER BY p.subscription, p.position LIMIT ?3";

/// A subscription that was moved back meets its letters again, and then the first attempt is later than the letter.
const LETTER_AND_DELIVERY: &str = "\
    SELECT count(*) OVER () AS total, d.subscription, d.position, d.event_id, d.key, l.id AS letter, d.state AS detail \
    FROM eventbus_delivery AS d JOIN eventbus_dead_letter AS l \
        ON l.source = 'event' AND l.subscription = d.subscription AND l.position = d.position \
    WHERE d.position BETWEEN ?1 AND ?2 AND d.first_at <= l.died_at ORDER BY d.subscription, d.position LIMIT ?3";

const LETTER_OF_ANOTHER_EVENT: &str = "\
    SELECT count(*) OVER () AS total, l.subscription, l.position, l.event_id, l.id AS letter, \
        'the event of this number is ' || e.id AS detail \
    FROM eventbus_dead_letter AS l JOIN eventbus_event AS e ON e.position = l.position \
    WHERE l.source = 'event' AND l.position BETWEEN ?1 AND ?2 AND e.id <> l.event_id ORDER BY l.id LIMIT ?3";

/// There is no index on ids: the log is read once, where anything waits.
const SCHEDULED_IN_LOG: &str = "\
    SELECT count(*) OVER () AS total, e.position, s.id AS event_id, 'it is due at ' || s.due_at AS detail \
    FROM eventbus_event AS e CROSS JOIN eventbus_scheduled AS s ON s.id = e.id \
    WHERE EXISTS (SELECT 1 FROM eventbus_scheduled) AND e.position BETWEEN ?1 AND ?2 ORDER BY e.position LIMIT ?3";

/// Columns of JSON, and the ids of letters, which are read with every list.
const MALFORMED_RECORD: &str = "\
    SELECT count(*) OVER () AS total, r.subscription, r.position, r.letter, r.detail FROM ( \
        SELECT name AS subscription, NULL AS position, NULL AS letter, 'eventbus_subscription.handles' AS detail \
        FROM eventbus_subscription WHERE CASE WHEN json_valid(handles) THEN json_type(handles) <> 'object' ELSE 1 END \
        UNION ALL SELECT subscription, position, NULL, 'eventbus_delivery.errors' FROM eventbus_delivery \
        WHERE CASE WHEN json_valid(errors) THEN json_type(errors) <> 'array' ELSE 1 END \
        UNION ALL SELECT subscription, position, id, 'eventbus_dead_letter.errors' FROM eventbus_dead_letter \
        WHERE CASE WHEN json_valid(errors) THEN json_type(errors) <> 'array' ELSE 1 END \
        UNION ALL SELECT subscription, position, id, 'eventbus_dead_letter.data' FROM eventbus_dead_letter \
        WHERE NOT json_valid(data) \
        UNION ALL SELECT subscription, position, id, 'eventbus_dead_letter.id' FROM eventbus_dead_letter \
        WHERE id NOT GLOB '????????-????-????-????-????????????' OR id GLOB '*[^0-9a-f-]*') AS r \
    ORDER BY r.detail, r.subscription, r.position, r.letter LIMIT ?3";

/// There is no index on ids: the log is read once, and of its ids those are kept that a key names.
const KEY_WITHOUT_EVENT: &str = "\
    SELECT count(*) OVER () AS total, key, event_id, CASE tenant WHEN '' THEN NULL ELSE 'tenant ' || tenant END AS detail \
    FROM eventbus_key WHERE expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER) AND event_id NOT IN ( \
        SELECT id FROM eventbus_event WHERE id IN (SELECT event_id FROM eventbus_key)) \
        AND event_id NOT IN (SELECT id FROM eventbus_scheduled) \
    ORDER BY tenant, key LIMIT ?3";

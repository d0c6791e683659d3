-- The runtime's own tables. Idempotent; whoever runs it sets lock_timeout.

-- First, because everything else is read under its version and epoch.
CREATE TABLE IF NOT EXISTS eventbus_schema (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    version integer NOT NULL CHECK (version > 0),
    epoch integer NOT NULL DEFAULT 1 CHECK (epoch > 0),
    cluster text
);
COMMENT ON TABLE eventbus_schema IS 'One row: which version the runtime''s tables have, and in which cluster they live.';
COMMENT ON COLUMN eventbus_schema.single IS 'Always true: there is one row.';
COMMENT ON COLUMN eventbus_schema.version IS 'The last migration of the runtime that ran.';
COMMENT ON COLUMN eventbus_schema.epoch IS 'Raised when the tables are found in another cluster than before (dump and restore, pg_upgrade): transaction ids of two epochs do not compare.';
COMMENT ON COLUMN eventbus_schema.cluster IS 'system_identifier of pg_control_system(); NULL until the first connection.';
INSERT INTO eventbus_schema (version) VALUES (1) ON CONFLICT DO NOTHING;

-- xid stands before position: a row's transaction id is assigned before its number, so a transaction that begins to
-- write after a snapshot has only numbers above those that were given out before it. CACHE 1 for the same reason.
CREATE TABLE IF NOT EXISTS eventbus_event (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    position bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
    epoch integer NOT NULL,
    shard smallint NOT NULL CHECK (shard BETWEEN 0 AND 1023),
    version integer NOT NULL CHECK (version > 0),
    id uuid NOT NULL,
    correlation_id uuid,
    causation_id uuid,
    type text NOT NULL,
    source text NOT NULL,
    tenant text,
    aggregate_id text,
    traceparent text,
    tracestate text,
    metadata json,
    data json NOT NULL
);
COMMENT ON TABLE eventbus_event IS 'The log of events: appended to, never updated. It is read along its primary key.';
COMMENT ON COLUMN eventbus_event.xid IS 'The transaction that emitted the event; with the readers'' snapshots it decides what is new.';
COMMENT ON COLUMN eventbus_event.position IS 'The event''s number. The order of commits may differ from it.';
COMMENT ON COLUMN eventbus_event.epoch IS 'eventbus_schema.epoch when the event was emitted.';
COMMENT ON COLUMN eventbus_event.shard IS 'A hash of tenant, aggregate kind (first segment of the type) and aggregate id; of the event id where there is no aggregate.';
COMMENT ON COLUMN eventbus_event.version IS 'The version of the payload, from 1.';
COMMENT ON COLUMN eventbus_event.id IS 'UUIDv7: the time of the event is in it.';
COMMENT ON COLUMN eventbus_event.correlation_id IS 'What belongs together across services.';
COMMENT ON COLUMN eventbus_event.causation_id IS 'The event whose handling emitted this one.';
COMMENT ON COLUMN eventbus_event.type IS 'The dotted type name, order.placed.';
COMMENT ON COLUMN eventbus_event.source IS 'The service that emitted it.';
COMMENT ON COLUMN eventbus_event.tenant IS 'NULL in single-tenant use.';
COMMENT ON COLUMN eventbus_event.aggregate_id IS 'NULL for an event of no aggregate.';
COMMENT ON COLUMN eventbus_event.traceparent IS 'W3C trace context.';
COMMENT ON COLUMN eventbus_event.tracestate IS 'W3C trace state.';
COMMENT ON COLUMN eventbus_event.metadata IS 'Extensions named by the caller, an object of strings; NULL for none.';
COMMENT ON COLUMN eventbus_event.data IS 'The payload as it was written. json, not jsonb: twice as fast to read, and keys keep their order.';

CREATE INDEX IF NOT EXISTS eventbus_event_window ON eventbus_event (xid, position);
COMMENT ON INDEX eventbus_event_window IS 'Finds the events of transactions that were open when a reader took its snapshot. Costs 6 to 9 % at emit; position stands in it so that one large transaction is read page by page.';

CREATE TABLE IF NOT EXISTS eventbus_subscription (
    name text PRIMARY KEY,
    fence bigint NOT NULL DEFAULT 0,
    epoch integer NOT NULL,
    from_snapshot pg_snapshot NOT NULL,
    to_snapshot pg_snapshot NOT NULL,
    position bigint NOT NULL,
    from_floor bigint NOT NULL,
    to_floor bigint NOT NULL,
    to_ceiling bigint NOT NULL
);
COMMENT ON TABLE eventbus_subscription IS 'How far each subscription has come: everything visible in from_snapshot is behind it, and of what became visible up to to_snapshot, everything up to position.';
COMMENT ON COLUMN eventbus_subscription.name IS 'The subscription''s name.';
COMMENT ON COLUMN eventbus_subscription.fence IS 'Raised by each process that takes the subscription; a process with an older one can commit nothing.';
COMMENT ON COLUMN eventbus_subscription.epoch IS 'The epoch that the snapshots and the events between them belong to.';
COMMENT ON COLUMN eventbus_subscription.from_snapshot IS 'What is visible in it is done.';
COMMENT ON COLUMN eventbus_subscription.to_snapshot IS 'What is visible in it is being delivered, in the order of position.';
COMMENT ON COLUMN eventbus_subscription.position IS 'How far between the two.';
COMMENT ON COLUMN eventbus_subscription.from_floor IS 'A number given out before from_snapshot was taken: transactions that began to write after it have only higher ones.';
COMMENT ON COLUMN eventbus_subscription.to_floor IS 'The same for to_snapshot.';
COMMENT ON COLUMN eventbus_subscription.to_ceiling IS 'The last number given out after to_snapshot was taken: nothing that is visible in it has a higher one.';

CREATE TABLE IF NOT EXISTS eventbus_delivery (
    subscription text NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    key text,
    state text NOT NULL CHECK (state IN ('retrying', 'parked', 'dead')),
    attempts integer NOT NULL CHECK (attempts >= 0),
    next_at bigint,
    kind text,
    message text,
    failed_at bigint,
    PRIMARY KEY (subscription, position),
    CHECK ((state = 'retrying') = (next_at IS NOT NULL)),
    CHECK (state = 'parked' OR (kind IS NOT NULL AND message IS NOT NULL AND failed_at IS NOT NULL))
);
COMMENT ON TABLE eventbus_delivery IS 'Only what is in trouble: events that retry, wait behind one that does, or are dead. A healthy event has no row here.';
COMMENT ON COLUMN eventbus_delivery.subscription IS 'Whose delivery it is.';
COMMENT ON COLUMN eventbus_delivery.position IS 'The event''s number in the log.';
COMMENT ON COLUMN eventbus_delivery.event_id IS 'The event''s id.';
COMMENT ON COLUMN eventbus_delivery.key IS 'Events of one key keep their order: those behind a retrying one are parked. NULL where nothing waits.';
COMMENT ON COLUMN eventbus_delivery.state IS 'retrying, parked (behind a retrying one) or dead (a dead letter).';
COMMENT ON COLUMN eventbus_delivery.attempts IS 'Attempts so far.';
COMMENT ON COLUMN eventbus_delivery.next_at IS 'When it is tried again, in milliseconds since 1970.';
COMMENT ON COLUMN eventbus_delivery.kind IS 'The kind of the last failure.';
COMMENT ON COLUMN eventbus_delivery.message IS 'Its text with its causes.';
COMMENT ON COLUMN eventbus_delivery.failed_at IS 'When it happened, in milliseconds since 1970.';

CREATE INDEX IF NOT EXISTS eventbus_delivery_key ON eventbus_delivery (subscription, key, position) WHERE state <> 'dead';
COMMENT ON INDEX eventbus_delivery_key IS 'Finds what retries or waits, by key. Costs nothing at emit: only events in trouble have rows.';

-- Filled by the migrations that the toolchain generates.
CREATE TABLE IF NOT EXISTS eventbus_type (
    type text NOT NULL,
    version integer NOT NULL,
    aggregate_id text NULL,
    docs text NOT NULL,
    PRIMARY KEY (type, version)
);
COMMENT ON TABLE eventbus_type IS 'The event types of the registry, for people who read the log with SQL.';
COMMENT ON COLUMN eventbus_type.type IS 'The dotted type name.';
COMMENT ON COLUMN eventbus_type.version IS 'The version of the payload.';
COMMENT ON COLUMN eventbus_type.aggregate_id IS 'The payload''s field that holds the aggregate''s id; NULL where there is none.';
COMMENT ON COLUMN eventbus_type.docs IS 'What its author wrote about it.';

-- The runtime's own tables. Idempotent.

-- One row: which version the runtime's tables have.
CREATE TABLE IF NOT EXISTS eventbus_schema (
    single INTEGER PRIMARY KEY DEFAULT 1 CHECK (single = 1),
    version INTEGER NOT NULL CHECK (version > 0)
) STRICT;
INSERT INTO eventbus_schema (version) VALUES (1) ON CONFLICT DO NOTHING;

-- The log of events: appended to, never updated. There is one writer at a time, so the order of positions is the order
-- of commits. AUTOINCREMENT, because a number must not come back after old events were deleted; it costs one more page
-- write per transaction. There is no further index: the log is read by its primary key.
CREATE TABLE IF NOT EXISTS eventbus_event (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,              -- UUIDv7: the time of the event is in it
    type TEXT NOT NULL,            -- the dotted type name, order.placed
    version INTEGER NOT NULL CHECK (version > 0),
    shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 1023),
                                   -- a hash of tenant, aggregate kind (first segment of the type) and aggregate id;
                                   -- of the event id where there is no aggregate
    source TEXT NOT NULL,          -- the service that emitted it
    tenant TEXT,                   -- NULL in single-tenant use
    aggregate_id TEXT,             -- NULL for an event of no aggregate
    correlation_id TEXT,           -- what belongs together across services
    causation_id TEXT,             -- the event whose handling emitted this one
    traceparent TEXT,              -- W3C trace context
    tracestate TEXT,               -- W3C trace state
    metadata TEXT,                 -- extensions named by the caller, a JSON object of strings; NULL for none
    data TEXT NOT NULL             -- the payload as it was written, JSON
) STRICT;

-- How far each subscription has come.
CREATE TABLE IF NOT EXISTS eventbus_subscription (
    name TEXT PRIMARY KEY,
    fence INTEGER NOT NULL DEFAULT 0, -- raised by each process that takes it; an older one can commit nothing
    position INTEGER NOT NULL         -- everything up to it is done
) STRICT, WITHOUT ROWID;

-- Only what is in trouble: events that retry, wait behind one that does, or are dead. A healthy event has no row here.
CREATE TABLE IF NOT EXISTS eventbus_delivery (
    subscription TEXT NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    position INTEGER NOT NULL,     -- the event's number in the log
    event_id TEXT NOT NULL,
    key TEXT,                      -- events of one key keep their order; NULL where nothing waits
    state TEXT NOT NULL CHECK (state IN ('retrying', 'parked', 'dead')),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at INTEGER,               -- when it is tried again, in milliseconds since 1970
    kind TEXT,                     -- the kind of the last failure
    message TEXT,                  -- its text with its causes
    failed_at INTEGER,             -- when it happened, in milliseconds since 1970
    PRIMARY KEY (subscription, position),
    CHECK ((state = 'retrying') = (next_at IS NOT NULL)),
    CHECK (state = 'parked' OR (kind IS NOT NULL AND message IS NOT NULL AND failed_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Finds what retries or waits, by key. Costs nothing at emit: only events in trouble have rows.
CREATE INDEX IF NOT EXISTS eventbus_delivery_key ON eventbus_delivery (subscription, key, position)
    WHERE state <> 'dead';

-- The event types of the registry, for people who read the log with SQL. Filled by the migrations that the toolchain
-- generates.
CREATE TABLE IF NOT EXISTS eventbus_type (
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    aggregate_id TEXT NULL,        -- the payload's field that holds the aggregate's id; NULL where there is none
    docs TEXT NOT NULL,            -- what its author wrote about it
    PRIMARY KEY (type, version)
) STRICT, WITHOUT ROWID;

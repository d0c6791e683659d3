-- Scheduled events: what waits until it is due. Idempotent.

-- Events that are not due yet: they are not in the log and have no position. The constraints are those of the log, so that
-- what is taken here can be moved there.
CREATE TABLE IF NOT EXISTS eventbus_scheduled (
    number INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which events were scheduled: of those due at one time the lowest is moved first
    id TEXT NOT NULL UNIQUE,       -- UUIDv7: the time when it was scheduled is in it
    due_at INTEGER NOT NULL,       -- when it is moved to the log, in milliseconds since 1970
    type TEXT NOT NULL,            -- the dotted type name, order.placed
    version INTEGER NOT NULL CHECK (version > 0),
    shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 1023), -- as in eventbus_event
    source TEXT NOT NULL,          -- the service that scheduled it
    tenant TEXT,                   -- NULL in single-tenant use
    aggregate_kind TEXT NOT NULL,  -- the kind of its aggregate, by which its shard is computed anew when it is moved
    aggregate_id TEXT,             -- NULL for an event of no aggregate
    correlation_id TEXT,           -- what belongs together across services
    causation_id TEXT,             -- the event whose handling scheduled this one
    traceparent TEXT,              -- W3C trace context
    tracestate TEXT,               -- W3C trace state
    metadata TEXT,                 -- extensions named by the caller, a JSON object of strings; NULL for none
    data TEXT NOT NULL,            -- the payload as it was written, JSON
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0), -- how often the log refused it
    failure TEXT,                  -- what was said the last time; NULL where it was never refused
    held_until INTEGER             -- when it is tried again after that; later ones of its shard wait for it
) STRICT;

-- Finds what is due, in its order. Costs nothing at emit of an event that is not scheduled.
CREATE INDEX IF NOT EXISTS eventbus_scheduled_due ON eventbus_scheduled (due_at, number);

-- Finds what the log refused; as a rule it is empty.
CREATE INDEX IF NOT EXISTS eventbus_scheduled_held ON eventbus_scheduled (shard) WHERE held_until IS NOT NULL;

-- Which events of the log were scheduled: their ids are older than their place. A search for a time in the log passes them
-- over. A row may go with its event.
CREATE TABLE IF NOT EXISTS eventbus_moved (
    id TEXT PRIMARY KEY,
    moved_at INTEGER NOT NULL      -- when it came into the log, in milliseconds since 1970
) STRICT, WITHOUT ROWID;

UPDATE eventbus_schema SET version = 6 WHERE version < 6;

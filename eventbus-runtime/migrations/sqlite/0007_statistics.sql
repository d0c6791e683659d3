-- Statistics, without a row per event. Idempotent.

-- What became of events, by minute, for 24 hours. A process adds to it once a minute and when it ends.
CREATE TABLE IF NOT EXISTS eventbus_minute (
    minute INTEGER NOT NULL,       -- minutes since 1970, by the clock of the process that counted
    subscription TEXT NOT NULL,
    type TEXT NOT NULL,            -- the event type of the handler
    tenant TEXT NOT NULL,          -- empty for events of none, and of those that are not told apart
    others INTEGER NOT NULL,       -- whether these are the events of all tenants that are not told apart
    handled INTEGER NOT NULL,      -- events that were handled
    retried INTEGER NOT NULL,      -- failed attempts after which an event is tried again
    dead INTEGER NOT NULL,         -- events that were given up
    latency TEXT NOT NULL,         -- from the emit to the commit of the step that handled the event: a JSON object of
                                   -- counts by bucket. Bucket b below 16 is b microseconds; else it begins at
                                   -- (b % 8 + 8) * 2^(b / 8 - 1) microseconds and is 2^(b / 8 - 1) wide
    latency_max INTEGER NOT NULL,  -- the longest of these, in microseconds
    duration TEXT NOT NULL,        -- how long calls of the handler took, in the same way
    duration_max INTEGER NOT NULL,
    PRIMARY KEY (minute, subscription, type, tenant, others)
) STRICT, WITHOUT ROWID;

-- The newest slow and failed events of each subscription, for 24 hours.
CREATE TABLE IF NOT EXISTS eventbus_note (
    id TEXT PRIMARY KEY,           -- UUIDv7 of the note
    kind TEXT NOT NULL CHECK (kind IN ('slow', 'failed')),
    at INTEGER NOT NULL,           -- when it was, in milliseconds since 1970
    subscription TEXT NOT NULL,    -- whose handler it was
    position INTEGER NOT NULL,     -- the event's number in the log
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,            -- the event type of the handler
    tenant TEXT,
    aggregate_id TEXT,
    attempt INTEGER NOT NULL,      -- which attempt it was, from 1
    took INTEGER,                  -- how long the call took, in microseconds, of a slow one
    given_up INTEGER NOT NULL,     -- whether the event became a dead letter by it
    error_kind TEXT,               -- the kind of the failure
    error TEXT                     -- its text with its causes
) STRICT, WITHOUT ROWID;

-- Finds the events of a correlation. Costs nothing at emit where an event has none, else 24 to 81 % of an insert in a
-- large transaction.
CREATE INDEX IF NOT EXISTS eventbus_event_correlation ON eventbus_event (correlation_id)
    WHERE correlation_id IS NOT NULL;

UPDATE eventbus_schema SET version = 7 WHERE version < 7;

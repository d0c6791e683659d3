-- Dead letters in a table of their own, and who did what to them. Runs once.

-- What was given up: events of subscriptions, each whole, so that it outlives the log; and what the application parked
-- here.
CREATE TABLE eventbus_dead_letter (
    id TEXT PRIMARY KEY,           -- UUIDv7 of the letter; letters are listed in its order
    source TEXT NOT NULL,          -- `event` for an event of a subscription, else the name it was parked under
    subscription TEXT,             -- which subscription gave the event up; it may be gone by now
    position INTEGER,              -- the event's number in the log
    shard INTEGER CHECK (shard BETWEEN 0 AND 1023), -- eventbus_event.shard of the event
    key TEXT,                      -- the key of its delivery, under which it is retried
    event_id TEXT,
    type TEXT,                     -- as in eventbus_event, and so are the columns up to data
    version INTEGER,
    event_source TEXT,             -- eventbus_event.source: the service that emitted it
    tenant TEXT,
    aggregate_id TEXT,
    correlation_id TEXT,
    causation_id TEXT,
    traceparent TEXT,
    tracestate TEXT,
    metadata TEXT,
    data TEXT NOT NULL,            -- the payload as it was written, or what the application parked
    attempts INTEGER NOT NULL CHECK (attempts >= 0), -- since it was last retried
    kind TEXT NOT NULL,            -- the kind of the last failure
    message TEXT NOT NULL,         -- its text with its causes
    errors TEXT NOT NULL,          -- the newest 20 failures, oldest first: JSON objects of at (milliseconds since 1970),
                                   -- attempt, kind and message
    died_at INTEGER NOT NULL,      -- when it was given up, in milliseconds since 1970
    retry_at INTEGER,              -- when it is retried by itself, in milliseconds since 1970; NULL for never
    retries INTEGER NOT NULL DEFAULT 0, -- how often it was retried by itself since somebody last did
    CHECK ((source = 'event') = (subscription IS NOT NULL)),
    CHECK (source <> 'event' OR (position IS NOT NULL AND shard IS NOT NULL AND event_id IS NOT NULL
        AND type IS NOT NULL AND version IS NOT NULL AND event_source IS NOT NULL))
) STRICT;

-- One letter for each event of a subscription.
CREATE UNIQUE INDEX eventbus_dead_letter_event ON eventbus_dead_letter (subscription, position) WHERE source = 'event';
-- Finds what is to be retried by itself.
CREATE INDEX eventbus_dead_letter_retry ON eventbus_dead_letter (subscription, retry_at) WHERE retry_at IS NOT NULL;

-- What was done to dead letters, and by whom.
CREATE TABLE eventbus_action (
    id TEXT PRIMARY KEY,           -- UUIDv7
    at INTEGER NOT NULL,           -- when it began, in milliseconds since 1970
    who TEXT NOT NULL,             -- who did it; `eventbus` for what happens by itself
    action TEXT NOT NULL,          -- retry, discard, purge or take
    subject TEXT NOT NULL,         -- the filter that chose the letters, JSON; with an id in it, one letter
    count INTEGER NOT NULL,        -- how many letters it moved or removed
    reason TEXT                    -- why, where somebody said so
) STRICT, WITHOUT ROWID;

-- The newest 20 failures, as in eventbus_dead_letter.
ALTER TABLE eventbus_delivery ADD COLUMN errors TEXT NOT NULL DEFAULT '[]';
-- As in eventbus_dead_letter.
ALTER TABLE eventbus_delivery ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;

-- Until here a dead letter was a delivery row. A UUIDv7 is its time, the version, and random digits.
INSERT INTO eventbus_dead_letter (id, source, subscription, position, shard, key, event_id, type, version, event_source,
    tenant, aggregate_id, correlation_id, causation_id, traceparent, tracestate, metadata, data, attempts, kind, message,
    errors, died_at)
SELECT printf('%s-%s-7%s-8%s-%s', substr(time, 1, 8), substr(time, 9), substr(random, 1, 3), substr(random, 4, 3),
        substr(random, 7)),
    'event', subscription, position, shard, key, event_id, type, version, source, tenant, aggregate_id, correlation_id,
    causation_id, traceparent, tracestate, metadata, data, attempts, kind, message,
    json_array(json_object('at', failed_at, 'attempt', attempts, 'kind', kind, 'message', message)), failed_at
FROM (SELECT d.subscription, d.key, d.event_id, d.attempts, d.kind, d.message, d.failed_at, e.*,
        printf('%012x', d.failed_at) AS time, lower(hex(randomblob(9))) AS random
    FROM eventbus_delivery AS d JOIN eventbus_event AS e ON e.position = d.position WHERE d.state = 'dead');
-- They hold nobody back, and the column's check still knows the word.
DELETE FROM eventbus_delivery WHERE state = 'dead';

UPDATE eventbus_schema SET version = 3;

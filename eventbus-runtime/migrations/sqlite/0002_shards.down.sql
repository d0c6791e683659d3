-- Back to one cursor for each subscription. Runs once.

-- It goes on where the shard was that is furthest behind: what the other shards have handled since is handled again, and
-- nothing is lost. Columns that must be given cannot be added, so that the table is made anew, and with it the one that
-- refers to it.
CREATE TABLE eventbus_subscription_before (name TEXT, fence INTEGER, position INTEGER) STRICT;
INSERT INTO eventbus_subscription_before
    SELECT subscription, max(fence) + 1, min(position) FROM eventbus_shard GROUP BY subscription;
CREATE TABLE eventbus_delivery_before AS SELECT * FROM eventbus_delivery;
DROP TABLE eventbus_replica;
DROP TABLE eventbus_shard;
DROP TABLE eventbus_delivery;
DROP TABLE eventbus_subscription;

-- How far each subscription has come.
CREATE TABLE eventbus_subscription (
    name TEXT PRIMARY KEY,
    fence INTEGER NOT NULL DEFAULT 0, -- raised by each process that takes it; an older one can commit nothing
    position INTEGER NOT NULL         -- everything up to it is done
) STRICT, WITHOUT ROWID;
INSERT INTO eventbus_subscription SELECT * FROM eventbus_subscription_before;
DROP TABLE eventbus_subscription_before;

-- Only what is in trouble: events that retry, wait behind one that does, or are dead. A healthy event has no row here.
CREATE TABLE eventbus_delivery (
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
INSERT INTO eventbus_delivery
    SELECT subscription, position, event_id, key, state, attempts, next_at, kind, message, failed_at
    FROM eventbus_delivery_before WHERE subscription IN (SELECT name FROM eventbus_subscription);
DROP TABLE eventbus_delivery_before;

-- Finds what retries or waits, by key. Costs nothing at emit: only events in trouble have rows.
CREATE INDEX eventbus_delivery_key ON eventbus_delivery (subscription, key, position)
    WHERE state <> 'dead';

UPDATE eventbus_schema SET version = 1;

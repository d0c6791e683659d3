-- Replays: readers of a part of the log that end by themselves. Idempotent.

-- What makes a reader of the log a replay. Its places are rows of eventbus_shard, as those of every subscription.
CREATE TABLE IF NOT EXISTS eventbus_replay (
    subscription TEXT PRIMARY KEY REFERENCES eventbus_subscription (name) ON DELETE CASCADE, -- replay:<name>
    filter TEXT NOT NULL,          -- what it replays, JSON: it goes on with the same filter only
    total INTEGER NOT NULL CHECK (total >= 0), -- how many events that were when it was first started
    began_at INTEGER NOT NULL,     -- when it was first started, in milliseconds since 1970
    position INTEGER NOT NULL      -- where it ends: everything up to it is part of it
) STRICT, WITHOUT ROWID;

UPDATE eventbus_schema SET version = 5 WHERE version < 5;

-- Detours: cursors of single tenants, beside those of the shards. Runs once.

-- How far the events of a tenant that has more than its share are delivered: while it has a row, the cursor of the shard
-- passes its events over.
CREATE TABLE eventbus_detour (
    subscription TEXT NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 1023), -- the shard's number; its fence holds here, too
    tenant TEXT NOT NULL,          -- the tenant; empty for the events of none
    position INTEGER NOT NULL,     -- everything of the tenant up to it is done
    PRIMARY KEY (subscription, shard, tenant)
) STRICT, WITHOUT ROWID;

-- Who owned the shard last, while it has detours; else NULL. Only code that knows them writes it: other code would read a
-- shard without them, and cannot become its owner while there are any.
ALTER TABLE eventbus_shard ADD COLUMN detours_of TEXT
    CHECK (detours_of IS NULL OR owner IS NULL OR owner = detours_of);

UPDATE eventbus_schema SET version = 9;

-- Priorities: how urgent an event is, and cursors of single priorities. Runs once.

-- 0 for high, 1 for normal, 2 for low.
ALTER TABLE eventbus_event ADD COLUMN priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 2);
ALTER TABLE eventbus_scheduled ADD COLUMN priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 2);
ALTER TABLE eventbus_dead_letter ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;

-- The key of a table cannot be changed, so that it is made anew. What was there is of a tenant in all priorities, as is
-- what older code adds.
ALTER TABLE eventbus_detour RENAME TO eventbus_detour_before;

-- How far the events of a priority, or of a tenant in it, are delivered that has more than its share: while it has a row,
-- the cursor of the shard passes its events over.
CREATE TABLE eventbus_detour (
    subscription TEXT NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 1023), -- the shard's number; its fence holds here, too
    tenant TEXT NOT NULL,          -- the tenant; empty for the events of none, and where everybody's are meant
    priority INTEGER NOT NULL DEFAULT -1 CHECK (priority BETWEEN -1 AND 2), -- as in eventbus_event; -1 for all of them
    everybody INTEGER NOT NULL DEFAULT 0 CHECK (everybody IN (0, 1)), -- whether it is of all tenants
    position INTEGER NOT NULL,     -- everything of it up to there is done
    PRIMARY KEY (subscription, shard, tenant, priority, everybody)
) STRICT, WITHOUT ROWID;
INSERT INTO eventbus_detour (subscription, shard, tenant, position)
    SELECT subscription, shard, tenant, position FROM eventbus_detour_before;
DROP TABLE eventbus_detour_before;

-- Who owned the shard last, while it has detours of priorities; else NULL. Only code that knows them writes it: other code
-- would read a shard without them, and cannot become its owner while there are any.
ALTER TABLE eventbus_shard ADD COLUMN priorities_of TEXT
    CHECK (priorities_of IS NULL OR owner IS NULL OR owner = priorities_of);

UPDATE eventbus_schema SET version = 10;

-- Subscriptions in shards, so that replicas share one. Runs once.

-- How far each shard of a subscription has come.
CREATE TABLE eventbus_shard (
    subscription TEXT NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 1023), -- an equal part of the 1,024 values of eventbus_event.shard
    fence INTEGER NOT NULL DEFAULT 0, -- raised whenever it is taken; under an older one nothing can be committed
    owner TEXT,                       -- the replica that took it last; NULL where it was given back
    position INTEGER NOT NULL,        -- everything up to it is done
    PRIMARY KEY (subscription, shard)
) STRICT, WITHOUT ROWID;

-- Until here a subscription had one cursor. Each of its shards goes on from there.
INSERT INTO eventbus_shard (subscription, shard, fence, position)
    SELECT name, value, fence, position FROM eventbus_subscription, json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]');
ALTER TABLE eventbus_subscription DROP COLUMN fence;
ALTER TABLE eventbus_subscription DROP COLUMN position;
-- Whether an operator paused it: nobody owns its shards then.
ALTER TABLE eventbus_subscription ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
-- The types that its newest code handles, each with the newest version it reads: older code does not own its shards.
ALTER TABLE eventbus_subscription ADD COLUMN handles TEXT NOT NULL DEFAULT '{}';
-- When code that handles all of it was last alive, in milliseconds since 1970.
ALTER TABLE eventbus_subscription ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;

-- The running replicas of each subscription.
CREATE TABLE eventbus_replica (
    id TEXT PRIMARY KEY,           -- as in eventbus_shard.owner
    subscription TEXT NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    session TEXT NOT NULL,         -- names the lock file that its process holds
    alive_until INTEGER NOT NULL   -- until when it counts as alive unless it says so again, milliseconds since 1970
) STRICT, WITHOUT ROWID;
CREATE INDEX eventbus_replica_subscription ON eventbus_replica (subscription);

-- eventbus_event.shard of the event: whose owner attempts it.
ALTER TABLE eventbus_delivery ADD COLUMN shard INTEGER NOT NULL DEFAULT 0;
-- When it was first attempted, in milliseconds since 1970; NULL before that.
ALTER TABLE eventbus_delivery ADD COLUMN first_at INTEGER;
UPDATE eventbus_delivery SET shard = coalesce(
    (SELECT e.shard FROM eventbus_event e WHERE e.position = eventbus_delivery.position), 0);

UPDATE eventbus_schema SET version = 2;

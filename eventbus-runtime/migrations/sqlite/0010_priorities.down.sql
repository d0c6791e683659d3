-- Back to detours of tenants alone: how urgent an event is is forgotten. Runs once.

-- Which events a detour has still to deliver is known to nobody else: where there are any of priorities, the name of the
-- check says what to do.
CREATE TABLE eventbus_refused (
    detours INTEGER CONSTRAINT "let a relay catch up with its detours, stop it, and revert again" CHECK (detours = 0)
) STRICT;
INSERT INTO eventbus_refused SELECT count(*) FROM eventbus_detour WHERE priority <> -1 OR everybody;
DROP TABLE eventbus_refused;

ALTER TABLE eventbus_detour RENAME TO eventbus_detour_after;
CREATE TABLE eventbus_detour (
    subscription TEXT NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    shard INTEGER NOT NULL CHECK (shard BETWEEN 0 AND 1023), -- the shard's number; its fence holds here, too
    tenant TEXT NOT NULL,          -- the tenant; empty for the events of none
    position INTEGER NOT NULL,     -- everything of the tenant up to it is done
    PRIMARY KEY (subscription, shard, tenant)
) STRICT, WITHOUT ROWID;
INSERT INTO eventbus_detour (subscription, shard, tenant, position)
    SELECT subscription, shard, tenant, position FROM eventbus_detour_after;
DROP TABLE eventbus_detour_after;

ALTER TABLE eventbus_shard DROP COLUMN priorities_of;
ALTER TABLE eventbus_event DROP COLUMN priority;
ALTER TABLE eventbus_scheduled DROP COLUMN priority;
ALTER TABLE eventbus_dead_letter DROP COLUMN priority;

UPDATE eventbus_schema SET version = 9;

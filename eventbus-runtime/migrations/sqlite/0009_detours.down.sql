-- Back to one cursor for each shard. Runs once.

-- Which events a detour has still to deliver is known to nobody else: where there are any, the name of the check says what
-- to do.
CREATE TABLE eventbus_refused (
    detours INTEGER CONSTRAINT "let a relay catch up with its detours, stop it, and revert again" CHECK (detours = 0)
) STRICT;
INSERT INTO eventbus_refused SELECT count(*) FROM eventbus_detour;
DROP TABLE eventbus_refused;

DROP TABLE eventbus_detour;
ALTER TABLE eventbus_shard DROP COLUMN detours_of;

UPDATE eventbus_schema SET version = 8;

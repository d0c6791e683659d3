-- Retention: what was dropped of the log, and what keeps the rest. Runs once.

-- One row: what retention did with the log.
CREATE TABLE eventbus_retention (
    single INTEGER PRIMARY KEY DEFAULT 1 CHECK (single = 1),
    log TEXT NOT NULL,             -- a UUID: which log it is, an archive of another one is refused
    dropped INTEGER NOT NULL DEFAULT 0, -- events up to this number were dropped
    held_by TEXT,                  -- what kept the last run from dropping what it was to drop; NULL where nothing did
    held_since INTEGER             -- since when that is so, in milliseconds since 1970
) STRICT;
INSERT INTO eventbus_retention (log) VALUES (lower(hex(randomblob(16))));

-- Events up to this number a replay reads from an archive, and the rest from the log; 0 where it has none.
ALTER TABLE eventbus_replay ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;

UPDATE eventbus_schema SET version = 8;

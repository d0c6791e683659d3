-- Back to a log of which nobody knows what was dropped. Runs once.

-- A replay of an archive would go on without the archived events: it has to be started again.
DELETE FROM eventbus_subscription WHERE name IN (SELECT subscription FROM eventbus_replay WHERE archived > 0);
ALTER TABLE eventbus_replay DROP COLUMN archived;
DROP TABLE eventbus_retention;

UPDATE eventbus_schema SET version = 7;

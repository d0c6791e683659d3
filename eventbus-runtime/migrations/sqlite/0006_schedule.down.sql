-- Back to events that are emitted at once. Runs once.

-- Events that wait would be lost: where there are any, the name of the check says what to do.
CREATE TABLE eventbus_refused (
    waiting INTEGER CONSTRAINT "cancel the scheduled events or let them become due, and revert again" CHECK (waiting = 0)
) STRICT;
INSERT INTO eventbus_refused SELECT count(*) FROM eventbus_scheduled;
DROP TABLE eventbus_refused;

DROP TABLE eventbus_scheduled;
DROP TABLE eventbus_moved;

UPDATE eventbus_schema SET version = 5;

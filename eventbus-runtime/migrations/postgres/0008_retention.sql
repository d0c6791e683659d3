-- Retention: what was dropped of the log, and what keeps the rest. Idempotent; whoever runs it sets lock_timeout.

CREATE TABLE IF NOT EXISTS eventbus_retention (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    log uuid NOT NULL DEFAULT gen_random_uuid(),
    dropped bigint NOT NULL DEFAULT 0,
    held_by text,
    held_since bigint,
    mark_epoch integer,
    mark_next xid8,
    mark_number bigint
);
COMMENT ON TABLE eventbus_retention IS 'One row: what retention did with the log.';
COMMENT ON COLUMN eventbus_retention.single IS 'Always true: there is one row.';
COMMENT ON COLUMN eventbus_retention.log IS 'Which log it is: an archive of another one is refused.';
COMMENT ON COLUMN eventbus_retention.dropped IS 'Events up to this number were dropped.';
COMMENT ON COLUMN eventbus_retention.held_by IS 'What kept the last run from dropping what it was to drop; NULL where nothing did.';
COMMENT ON COLUMN eventbus_retention.held_since IS 'Since when that is so, in milliseconds since 1970.';
COMMENT ON COLUMN eventbus_retention.mark_epoch IS 'The epoch of the mark.';
COMMENT ON COLUMN eventbus_retention.mark_next IS 'A transaction id that nobody had when mark_number was the last number given out: when all transactions below it have ended, no event up to that number is still to come.';
COMMENT ON COLUMN eventbus_retention.mark_number IS 'The last number that had been given out before mark_next was read.';
INSERT INTO eventbus_retention DEFAULT VALUES ON CONFLICT DO NOTHING;

ALTER TABLE eventbus_replay ADD COLUMN IF NOT EXISTS archived bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN eventbus_replay.archived IS 'Events up to this number it reads from an archive, and the rest from the log; 0 where it has none.';

UPDATE eventbus_schema SET version = 8 WHERE version < 8;

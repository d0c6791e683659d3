-- Back to a log of which nobody knows what was dropped. Idempotent; whoever runs it sets lock_timeout.

-- A replay of an archive would go on without the archived events: it has to be started again.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'eventbus_replay'::regclass AND attname = 'archived'
               AND NOT attisdropped) THEN
        DELETE FROM eventbus_subscription WHERE name IN (SELECT subscription FROM eventbus_replay WHERE archived > 0);
        ALTER TABLE eventbus_replay DROP COLUMN archived;
    END IF;
END $$;
DROP TABLE IF EXISTS eventbus_retention;

UPDATE eventbus_schema SET version = 7 WHERE version > 7;

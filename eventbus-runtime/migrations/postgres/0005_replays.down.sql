-- Back to subscriptions without an end: replays that run go with what makes them one. Idempotent; whoever runs it sets
-- lock_timeout.

DO $$
BEGIN
    IF to_regclass('eventbus_replay') IS NOT NULL THEN
        DELETE FROM eventbus_subscription WHERE name IN (SELECT subscription FROM eventbus_replay);
        DROP TABLE eventbus_replay;
    END IF;
END $$;

UPDATE eventbus_schema SET version = 4 WHERE version > 4;

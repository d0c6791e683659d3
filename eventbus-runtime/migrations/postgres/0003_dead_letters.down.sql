-- Back to dead letters that are deliveries. What the application parked, all but the last error of a letter, and what was
-- done to letters is lost. Idempotent; whoever runs it sets lock_timeout.

DO $$
BEGIN
    IF to_regclass('eventbus_dead_letter') IS NOT NULL THEN
        INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, kind, message, failed_at, shard)
        SELECT l.subscription, l.position, l.event_id, l.key, 'dead', l.attempts, l.kind, l.message, l.died_at, l.shard
        FROM eventbus_dead_letter AS l JOIN eventbus_subscription AS s ON s.name = l.subscription
        WHERE l.source = 'event'
        ON CONFLICT DO NOTHING;
        DROP TABLE eventbus_dead_letter;
    END IF;
END $$;
DROP TABLE IF EXISTS eventbus_action;

ALTER TABLE eventbus_delivery DROP COLUMN IF EXISTS errors, DROP COLUMN IF EXISTS retries;
COMMENT ON COLUMN eventbus_delivery.state IS 'retrying, parked (behind a retrying one) or dead (a dead letter).';
COMMENT ON TABLE eventbus_delivery IS 'Only what is in trouble: events that retry, wait behind one that does, or are dead. A healthy event has no row here.';

UPDATE eventbus_schema SET version = 2 WHERE version > 2;

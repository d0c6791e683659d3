-- Back to dead letters that are deliveries. What the application parked, all but the last error of a letter, and what was
-- done to letters is lost. Runs once.

INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, kind, message, failed_at, shard)
    SELECT l.subscription, l.position, l.event_id, l.key, 'dead', l.attempts, l.kind, l.message, l.died_at, l.shard
    FROM eventbus_dead_letter AS l JOIN eventbus_subscription AS s ON s.name = l.subscription
    WHERE l.source = 'event'
    ON CONFLICT DO NOTHING;
DROP TABLE eventbus_dead_letter;
DROP TABLE eventbus_action;
ALTER TABLE eventbus_delivery DROP COLUMN errors;
ALTER TABLE eventbus_delivery DROP COLUMN retries;

UPDATE eventbus_schema SET version = 2;

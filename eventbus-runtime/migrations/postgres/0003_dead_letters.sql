-- Dead letters in a table of their own, and who did what to them. Idempotent; whoever runs it sets lock_timeout.

CREATE TABLE IF NOT EXISTS eventbus_dead_letter (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    subscription text,
    position bigint,
    shard smallint CHECK (shard BETWEEN 0 AND 1023),
    key text,
    event_id uuid,
    type text,
    version integer,
    event_source text,
    tenant text,
    aggregate_id text,
    correlation_id uuid,
    causation_id uuid,
    traceparent text,
    tracestate text,
    metadata json,
    data json NOT NULL,
    attempts integer NOT NULL CHECK (attempts >= 0),
    kind text NOT NULL,
    message text NOT NULL,
    errors jsonb NOT NULL,
    died_at bigint NOT NULL,
    retry_at bigint,
    retries integer NOT NULL DEFAULT 0,
    CHECK ((source = 'event') = (subscription IS NOT NULL)),
    CHECK (source <> 'event' OR (position IS NOT NULL AND shard IS NOT NULL AND event_id IS NOT NULL
        AND type IS NOT NULL AND version IS NOT NULL AND event_source IS NOT NULL))
);
COMMENT ON TABLE eventbus_dead_letter IS 'What was given up: events of subscriptions, each whole, so that it outlives the log; and what the application parked here.';
COMMENT ON COLUMN eventbus_dead_letter.id IS 'UUIDv7 of the letter; letters are listed in its order.';
COMMENT ON COLUMN eventbus_dead_letter.source IS '`event` for an event of a subscription, else the name under which the application parked it.';
COMMENT ON COLUMN eventbus_dead_letter.subscription IS 'Which subscription gave the event up; it may be gone by now.';
COMMENT ON COLUMN eventbus_dead_letter.position IS 'The event''s number in the log.';
COMMENT ON COLUMN eventbus_dead_letter.shard IS 'eventbus_event.shard of the event.';
COMMENT ON COLUMN eventbus_dead_letter.key IS 'The key of its delivery, under which it is retried.';
COMMENT ON COLUMN eventbus_dead_letter.event_id IS 'The event''s id.';
COMMENT ON COLUMN eventbus_dead_letter.type IS 'As in eventbus_event, and so are the columns up to data.';
COMMENT ON COLUMN eventbus_dead_letter.event_source IS 'eventbus_event.source: the service that emitted it.';
COMMENT ON COLUMN eventbus_dead_letter.data IS 'The payload as it was written, or what the application parked.';
COMMENT ON COLUMN eventbus_dead_letter.attempts IS 'Attempts since it was last retried.';
COMMENT ON COLUMN eventbus_dead_letter.kind IS 'The kind of the last failure.';
COMMENT ON COLUMN eventbus_dead_letter.message IS 'Its text with its causes.';
COMMENT ON COLUMN eventbus_dead_letter.errors IS 'The newest 20 failures, oldest first: objects of at (milliseconds since 1970), attempt, kind and message. jsonb, because a database appends to it.';
COMMENT ON COLUMN eventbus_dead_letter.died_at IS 'When it was given up, in milliseconds since 1970.';
COMMENT ON COLUMN eventbus_dead_letter.retry_at IS 'When it is retried by itself, in milliseconds since 1970; NULL for never.';
COMMENT ON COLUMN eventbus_dead_letter.retries IS 'How often it was retried by itself since somebody last did.';

CREATE UNIQUE INDEX IF NOT EXISTS eventbus_dead_letter_event ON eventbus_dead_letter (subscription, position)
    WHERE source = 'event';
COMMENT ON INDEX eventbus_dead_letter_event IS 'One letter for each event of a subscription. Costs nothing at emit.';
CREATE INDEX IF NOT EXISTS eventbus_dead_letter_retry ON eventbus_dead_letter (subscription, retry_at)
    WHERE retry_at IS NOT NULL;
COMMENT ON INDEX eventbus_dead_letter_retry IS 'Finds what is to be retried by itself. Costs nothing at emit.';

CREATE TABLE IF NOT EXISTS eventbus_action (
    id uuid PRIMARY KEY,
    at bigint NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    subject json NOT NULL,
    count bigint NOT NULL,
    reason text
);
COMMENT ON TABLE eventbus_action IS 'What was done to dead letters, and by whom.';
COMMENT ON COLUMN eventbus_action.id IS 'UUIDv7.';
COMMENT ON COLUMN eventbus_action.at IS 'When it began, in milliseconds since 1970.';
COMMENT ON COLUMN eventbus_action.who IS 'Who did it; `eventbus` for what happens by itself.';
COMMENT ON COLUMN eventbus_action.action IS 'retry, discard, purge or take.';
COMMENT ON COLUMN eventbus_action.subject IS 'The filter that chose the letters; with an id in it, one letter.';
COMMENT ON COLUMN eventbus_action.count IS 'How many letters it moved or removed.';
COMMENT ON COLUMN eventbus_action.reason IS 'Why, where somebody said so.';

ALTER TABLE eventbus_delivery ADD COLUMN IF NOT EXISTS errors jsonb NOT NULL DEFAULT '[]';
ALTER TABLE eventbus_delivery ADD COLUMN IF NOT EXISTS retries integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN eventbus_delivery.errors IS 'The newest 20 failures, as in eventbus_dead_letter.';
COMMENT ON COLUMN eventbus_delivery.retries IS 'As in eventbus_dead_letter.';
COMMENT ON COLUMN eventbus_delivery.state IS 'retrying or parked (behind a retrying one). dead is what was a dead letter before they had a table of their own.';
COMMENT ON TABLE eventbus_delivery IS 'Only what is in trouble: events that retry or wait behind one that does. A healthy event has no row here.';

-- Until here a dead letter was a delivery row. A UUIDv7 is its time, the version, and random digits.
INSERT INTO eventbus_dead_letter (id, source, subscription, position, shard, key, event_id, type, version, event_source,
    tenant, aggregate_id, correlation_id, causation_id, traceparent, tracestate, metadata, data, attempts, kind, message,
    errors, died_at)
SELECT (lpad(to_hex(d.failed_at), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
    'event', d.subscription, d.position, e.shard, d.key, e.id, e.type, e.version, e.source, e.tenant, e.aggregate_id,
    e.correlation_id, e.causation_id, e.traceparent, e.tracestate, e.metadata, e.data, d.attempts, d.kind, d.message,
    jsonb_build_array(jsonb_build_object('at', d.failed_at, 'attempt', d.attempts, 'kind', d.kind, 'message', d.message)),
    d.failed_at
FROM eventbus_delivery AS d JOIN eventbus_event AS e ON e.position = d.position WHERE d.state = 'dead'
ON CONFLICT DO NOTHING;
DELETE FROM eventbus_delivery WHERE state = 'dead';

UPDATE eventbus_schema SET version = 3 WHERE version < 3;

-- Scheduled events: what waits until it is due. Idempotent; whoever runs it sets lock_timeout.

-- The constraints are those of the log, so that what is taken here can be moved there.
CREATE TABLE IF NOT EXISTS eventbus_scheduled (
    number bigint GENERATED ALWAYS AS IDENTITY,
    due_at bigint NOT NULL,
    id uuid PRIMARY KEY,
    shard smallint NOT NULL CHECK (shard BETWEEN 0 AND 1023),
    version integer NOT NULL CHECK (version > 0),
    correlation_id uuid,
    causation_id uuid,
    type text NOT NULL,
    source text NOT NULL,
    tenant text,
    aggregate_kind text NOT NULL,
    aggregate_id text,
    traceparent text,
    tracestate text,
    metadata json,
    data json NOT NULL,
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failure text,
    held_until bigint
);
COMMENT ON TABLE eventbus_scheduled IS 'Events that are not due yet. They are not in the log and have no position.';
COMMENT ON COLUMN eventbus_scheduled.number IS 'The order in which events were scheduled: of those that are due at one time the lowest is moved first.';
COMMENT ON COLUMN eventbus_scheduled.id IS 'The event''s id, a UUIDv7: the time when it was scheduled is in it.';
COMMENT ON COLUMN eventbus_scheduled.due_at IS 'When it is moved to the log, by this database''s clock, in milliseconds since 1970.';
COMMENT ON COLUMN eventbus_scheduled.shard IS 'As in eventbus_event.';
COMMENT ON COLUMN eventbus_scheduled.version IS 'The version of the payload, from 1.';
COMMENT ON COLUMN eventbus_scheduled.correlation_id IS 'What belongs together across services.';
COMMENT ON COLUMN eventbus_scheduled.causation_id IS 'The event whose handling scheduled this one.';
COMMENT ON COLUMN eventbus_scheduled.type IS 'The dotted type name, order.placed.';
COMMENT ON COLUMN eventbus_scheduled.source IS 'The service that scheduled it.';
COMMENT ON COLUMN eventbus_scheduled.tenant IS 'NULL in single-tenant use.';
COMMENT ON COLUMN eventbus_scheduled.aggregate_kind IS 'The kind of its aggregate, by which its shard is computed anew when it is moved.';
COMMENT ON COLUMN eventbus_scheduled.aggregate_id IS 'NULL for an event of no aggregate.';
COMMENT ON COLUMN eventbus_scheduled.traceparent IS 'W3C trace context.';
COMMENT ON COLUMN eventbus_scheduled.tracestate IS 'W3C trace state.';
COMMENT ON COLUMN eventbus_scheduled.metadata IS 'Extensions named by the caller, an object of strings; NULL for none.';
COMMENT ON COLUMN eventbus_scheduled.data IS 'The payload as it was written.';
COMMENT ON COLUMN eventbus_scheduled.failures IS 'How often the log refused it.';
COMMENT ON COLUMN eventbus_scheduled.failure IS 'What was said the last time; NULL where it was never refused.';
COMMENT ON COLUMN eventbus_scheduled.held_until IS 'When it is tried again after that, in milliseconds since 1970. Later ones of its shard wait for it.';

CREATE INDEX IF NOT EXISTS eventbus_scheduled_due ON eventbus_scheduled (due_at, number);
COMMENT ON INDEX eventbus_scheduled_due IS 'Finds what is due, in its order. Costs nothing at emit of an event that is not scheduled.';

CREATE INDEX IF NOT EXISTS eventbus_scheduled_held ON eventbus_scheduled (shard) WHERE held_until IS NOT NULL;
COMMENT ON INDEX eventbus_scheduled_held IS 'Finds what the log refused; as a rule it is empty.';

CREATE TABLE IF NOT EXISTS eventbus_moved (
    id uuid PRIMARY KEY,
    moved_at bigint NOT NULL,
    tenant text
);
COMMENT ON TABLE eventbus_moved IS 'Which events of the log were scheduled: their ids are older than their place. A search for a time in the log passes them over. A row may go with its event.';
COMMENT ON COLUMN eventbus_moved.id IS 'The event''s id.';
COMMENT ON COLUMN eventbus_moved.moved_at IS 'When it came into the log, by this database''s clock, in milliseconds since 1970.';
COMMENT ON COLUMN eventbus_moved.tenant IS 'The event''s tenant: who may see the event may see this.';

UPDATE eventbus_schema SET version = 6 WHERE version < 6;

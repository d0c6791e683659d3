-- Event keys: which events were emitted already. Idempotent; whoever runs it sets lock_timeout.

-- A table of its own, because a unique index on the log would keep it from being partitioned and every event would pay.
CREATE TABLE IF NOT EXISTS eventbus_key (
    tenant text NOT NULL,
    key text NOT NULL,
    event_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, key)
);
COMMENT ON TABLE eventbus_key IS 'The keys of events that were emitted with one: within its window a second event of a key is a duplicate and is not written.';
COMMENT ON COLUMN eventbus_key.tenant IS 'The event''s tenant; empty where it has none.';
COMMENT ON COLUMN eventbus_key.key IS 'The key as the caller gave it, or type and text of the field that the payload marks: order.placed:12.';
COMMENT ON COLUMN eventbus_key.event_id IS 'The first event of the key.';
COMMENT ON COLUMN eventbus_key.expires_at IS 'From then on the key is free again. Emitters remove a few expired ones now and then.';

CREATE INDEX IF NOT EXISTS eventbus_key_expiry ON eventbus_key (expires_at);
COMMENT ON INDEX eventbus_key_expiry IS 'Finds the expired keys. Costs nothing at emit without a key.';

UPDATE eventbus_schema SET version = 4 WHERE version < 4;

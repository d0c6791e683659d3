-- Event keys: which events were emitted already. Idempotent.

-- Within its window a second event of a key is a duplicate and is not written.
CREATE TABLE IF NOT EXISTS eventbus_key (
    tenant TEXT NOT NULL,          -- the event's tenant; empty where it has none
    key TEXT NOT NULL,             -- as the caller gave it, or type and text of the marked field: order.placed:12
    event_id TEXT NOT NULL,        -- the first event of the key
    expires_at INTEGER NOT NULL,   -- from then on the key is free again, in milliseconds since 1970
    PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

-- Finds the expired keys, of which emitters remove a few now and then. Costs nothing at emit without a key.
CREATE INDEX IF NOT EXISTS eventbus_key_expiry ON eventbus_key (expires_at);

UPDATE eventbus_schema SET version = 4 WHERE version < 4;

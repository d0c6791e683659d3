-- Back to detours of tenants alone: how urgent an event is is forgotten. Idempotent; whoever runs it sets lock_timeout.

-- Which events a detour has still to deliver is known to nobody else: without its row they would be lost.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'eventbus_detour'::regclass AND attname = 'priority'
               AND NOT attisdropped) THEN
        IF EXISTS (SELECT FROM eventbus_detour WHERE priority <> -1 OR everybody) THEN
            RAISE EXCEPTION 'eventbus_detour holds places of priorities: let a relay catch up, stop it, and revert again';
        END IF;
        ALTER TABLE eventbus_detour DROP CONSTRAINT eventbus_detour_pkey, ADD PRIMARY KEY (subscription, shard, tenant);
        ALTER TABLE eventbus_detour DROP COLUMN priority, DROP COLUMN everybody;
    END IF;
END $$;
COMMENT ON TABLE eventbus_detour IS 'How far the events of a tenant that has more than its share are delivered: while it has a row, the cursor of the shard passes its events over.';
COMMENT ON COLUMN eventbus_detour.tenant IS 'The tenant; empty for the events of none.';

ALTER TABLE eventbus_shard DROP COLUMN IF EXISTS priorities_of;
ALTER TABLE eventbus_event DROP COLUMN IF EXISTS priority;
ALTER TABLE eventbus_scheduled DROP COLUMN IF EXISTS priority;
ALTER TABLE eventbus_dead_letter DROP COLUMN IF EXISTS priority;

UPDATE eventbus_schema SET version = 9 WHERE version > 9;

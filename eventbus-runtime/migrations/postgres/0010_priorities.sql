-- Priorities: how urgent an event is, and cursors of single priorities. Idempotent; whoever runs it sets lock_timeout.

ALTER TABLE eventbus_event ADD COLUMN IF NOT EXISTS priority smallint NOT NULL DEFAULT 1;
ALTER TABLE eventbus_scheduled ADD COLUMN IF NOT EXISTS priority smallint NOT NULL DEFAULT 1;
ALTER TABLE eventbus_dead_letter ADD COLUMN IF NOT EXISTS priority smallint NOT NULL DEFAULT 1;
COMMENT ON COLUMN eventbus_event.priority IS '0 for high, 1 for normal, 2 for low.';
COMMENT ON COLUMN eventbus_scheduled.priority IS 'As in eventbus_event.';
COMMENT ON COLUMN eventbus_dead_letter.priority IS 'As in eventbus_event.';

-- What is there already has the default: nobody has to read a large log to know that, under a lock that stops everybody.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'eventbus_event'::regclass
                   AND conname = 'eventbus_event_priority_check') THEN
        ALTER TABLE eventbus_event ADD CONSTRAINT eventbus_event_priority_check
            CHECK (priority BETWEEN 0 AND 2) NOT VALID;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'eventbus_scheduled'::regclass
                   AND conname = 'eventbus_scheduled_priority_check') THEN
        ALTER TABLE eventbus_scheduled ADD CONSTRAINT eventbus_scheduled_priority_check
            CHECK (priority BETWEEN 0 AND 2) NOT VALID;
    END IF;
END $$;

-- A detour of code that knows no priorities is one of a tenant in all of them.
ALTER TABLE eventbus_detour ADD COLUMN IF NOT EXISTS priority smallint NOT NULL DEFAULT -1
    CHECK (priority BETWEEN -1 AND 2);
ALTER TABLE eventbus_detour ADD COLUMN IF NOT EXISTS everybody boolean NOT NULL DEFAULT false;
DO $$
BEGIN
    IF (SELECT array_length(conkey, 1) FROM pg_constraint
        WHERE conrelid = 'eventbus_detour'::regclass AND contype = 'p') = 3 THEN
        ALTER TABLE eventbus_detour DROP CONSTRAINT eventbus_detour_pkey,
            ADD PRIMARY KEY (subscription, shard, tenant, priority, everybody);
    END IF;
END $$;
COMMENT ON TABLE eventbus_detour IS 'How far the events of a priority, or of a tenant in it, are delivered that has more than its share: while it has a row, the cursor of the shard passes its events over.';
COMMENT ON COLUMN eventbus_detour.tenant IS 'The tenant; empty for the events of none, and where everybody''s are meant.';
COMMENT ON COLUMN eventbus_detour.priority IS 'The priority, as in eventbus_event; -1 for all of them.';
COMMENT ON COLUMN eventbus_detour.everybody IS 'Whether it is of all tenants.';

-- Code that knows no detours of priorities would read a shard without them: it cannot become the owner while there are any.
ALTER TABLE eventbus_shard ADD COLUMN IF NOT EXISTS priorities_of uuid;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'eventbus_shard'::regclass
                   AND conname = 'eventbus_shard_knows_priorities') THEN
        ALTER TABLE eventbus_shard ADD CONSTRAINT eventbus_shard_knows_priorities
            CHECK (priorities_of IS NULL OR owner IS NULL OR owner = priorities_of);
    END IF;
END $$;
COMMENT ON COLUMN eventbus_shard.priorities_of IS 'Who owned the shard last, while it has detours of priorities; else NULL. Only code that knows them writes it.';

UPDATE eventbus_schema SET version = 10 WHERE version < 10;

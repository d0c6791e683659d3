-- Detours: cursors of single tenants, beside those of the shards. Idempotent; whoever runs it sets lock_timeout.

CREATE TABLE IF NOT EXISTS eventbus_detour (
    subscription text NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    shard smallint NOT NULL CHECK (shard BETWEEN 0 AND 1023),
    tenant text NOT NULL,
    epoch integer NOT NULL,
    from_snapshot pg_snapshot NOT NULL,
    to_snapshot pg_snapshot NOT NULL,
    position bigint NOT NULL,
    from_floor bigint NOT NULL,
    to_floor bigint NOT NULL,
    to_ceiling bigint NOT NULL,
    PRIMARY KEY (subscription, shard, tenant)
) WITH (fillfactor = 50);
COMMENT ON TABLE eventbus_detour IS 'How far the events of a tenant that has more than its share are delivered: while it has a row, the cursor of the shard passes its events over.';
COMMENT ON COLUMN eventbus_detour.subscription IS 'The subscription.';
COMMENT ON COLUMN eventbus_detour.shard IS 'The number of the shard, whose fence holds here, too.';
COMMENT ON COLUMN eventbus_detour.tenant IS 'The tenant; empty for the events of none.';
COMMENT ON COLUMN eventbus_detour.epoch IS 'The place, as in eventbus_shard, and so are the columns behind it.';
COMMENT ON COLUMN eventbus_detour.from_snapshot IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_detour.to_snapshot IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_detour.position IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_detour.from_floor IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_detour.to_floor IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_detour.to_ceiling IS 'As in eventbus_shard.';

-- Code that knows no detours would read a shard without them: it cannot become the owner while there are any.
ALTER TABLE eventbus_shard ADD COLUMN IF NOT EXISTS detours_of uuid;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'eventbus_shard'::regclass
                   AND conname = 'eventbus_shard_knows_detours') THEN
        ALTER TABLE eventbus_shard ADD CONSTRAINT eventbus_shard_knows_detours
            CHECK (detours_of IS NULL OR owner IS NULL OR owner = detours_of);
    END IF;
END $$;
COMMENT ON COLUMN eventbus_shard.detours_of IS 'Who owned the shard last, while it has detours; else NULL. Only code that knows them writes it.';

UPDATE eventbus_schema SET version = 9 WHERE version < 9;

-- Back to one cursor for each shard. Idempotent; whoever runs it sets lock_timeout.

-- Which events a detour has still to deliver is known to nobody else: without its row they would be lost.
DO $$
BEGIN
    IF to_regclass('eventbus_detour') IS NOT NULL THEN
        IF EXISTS (SELECT FROM eventbus_detour) THEN
            RAISE EXCEPTION 'eventbus_detour holds places of tenants: let a relay catch up, stop it, and revert again';
        END IF;
        DROP TABLE eventbus_detour;
    END IF;
END $$;
ALTER TABLE eventbus_shard DROP COLUMN IF EXISTS detours_of;

UPDATE eventbus_schema SET version = 8 WHERE version > 8;

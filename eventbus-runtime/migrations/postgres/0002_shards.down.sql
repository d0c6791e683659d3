-- Back to one cursor for each subscription. Idempotent; whoever runs it sets lock_timeout.

-- It goes on where the shard was that is furthest behind, with nothing of the window delivered: what the other shards have
-- handled since is handled again, and nothing is lost.
DO $$
BEGIN
    IF to_regclass('eventbus_shard') IS NOT NULL THEN
        ALTER TABLE eventbus_subscription ADD COLUMN fence bigint NOT NULL DEFAULT 0, ADD COLUMN epoch integer,
            ADD COLUMN from_snapshot pg_snapshot, ADD COLUMN to_snapshot pg_snapshot, ADD COLUMN position bigint,
            ADD COLUMN from_floor bigint, ADD COLUMN to_floor bigint, ADD COLUMN to_ceiling bigint;
        UPDATE eventbus_subscription AS s SET fence = (SELECT max(fence) + 1 FROM eventbus_shard WHERE subscription = s.name),
            epoch = b.epoch, from_snapshot = b.from_snapshot, to_snapshot = b.from_snapshot, position = 0,
            from_floor = b.from_floor, to_floor = b.from_floor, to_ceiling = 0
        FROM (SELECT DISTINCT ON (subscription) * FROM eventbus_shard ORDER BY subscription, epoch,
              pg_snapshot_xmin(from_snapshot), pg_snapshot_xmax(from_snapshot), from_floor) AS b
        WHERE b.subscription = s.name;
        -- Without a shard there is no place to go on from.
        DELETE FROM eventbus_subscription WHERE epoch IS NULL;
        ALTER TABLE eventbus_subscription ALTER COLUMN epoch SET NOT NULL, ALTER COLUMN from_snapshot SET NOT NULL,
            ALTER COLUMN to_snapshot SET NOT NULL, ALTER COLUMN position SET NOT NULL, ALTER COLUMN from_floor SET NOT NULL,
            ALTER COLUMN to_floor SET NOT NULL, ALTER COLUMN to_ceiling SET NOT NULL;
        DROP TABLE eventbus_shard;
    END IF;
END $$;
ALTER TABLE eventbus_subscription DROP COLUMN IF EXISTS paused, DROP COLUMN IF EXISTS handles,
    DROP COLUMN IF EXISTS seen_at;
COMMENT ON TABLE eventbus_subscription IS 'How far each subscription has come: everything visible in from_snapshot is behind it, and of what became visible up to to_snapshot, everything up to position.';
COMMENT ON COLUMN eventbus_subscription.fence IS 'Raised by each process that takes the subscription; a process with an older one can commit nothing.';
COMMENT ON COLUMN eventbus_subscription.epoch IS 'The epoch that the snapshots and the events between them belong to.';
COMMENT ON COLUMN eventbus_subscription.from_snapshot IS 'What is visible in it is done.';
COMMENT ON COLUMN eventbus_subscription.to_snapshot IS 'What is visible in it is being delivered, in the order of position.';
COMMENT ON COLUMN eventbus_subscription.position IS 'How far between the two.';
COMMENT ON COLUMN eventbus_subscription.from_floor IS 'A number given out before from_snapshot was taken: transactions that began to write after it have only higher ones.';
COMMENT ON COLUMN eventbus_subscription.to_floor IS 'The same for to_snapshot.';
COMMENT ON COLUMN eventbus_subscription.to_ceiling IS 'The last number given out after to_snapshot was taken: nothing that is visible in it has a higher one.';

DROP TABLE IF EXISTS eventbus_replica;
ALTER TABLE eventbus_delivery DROP COLUMN IF EXISTS shard, DROP COLUMN IF EXISTS first_at;

UPDATE eventbus_schema SET version = 1 WHERE version > 1;

-- Subscriptions in shards, so that replicas share one. Idempotent; whoever runs it sets lock_timeout.

ALTER TABLE eventbus_subscription ADD COLUMN IF NOT EXISTS paused boolean NOT NULL DEFAULT false;
ALTER TABLE eventbus_subscription ADD COLUMN IF NOT EXISTS handles json NOT NULL DEFAULT '{}';
ALTER TABLE eventbus_subscription ADD COLUMN IF NOT EXISTS seen_at bigint NOT NULL DEFAULT 0;
COMMENT ON TABLE eventbus_subscription IS 'The named, durable readers of the log.';
COMMENT ON COLUMN eventbus_subscription.paused IS 'Whether an operator paused it: nobody owns its shards then.';
COMMENT ON COLUMN eventbus_subscription.handles IS 'The types that its newest code handles, each with the newest version it reads: older code does not own its shards.';
COMMENT ON COLUMN eventbus_subscription.seen_at IS 'When code that handles all of it was last alive, in milliseconds since 1970.';

CREATE TABLE IF NOT EXISTS eventbus_shard (
    subscription text NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    shard smallint NOT NULL CHECK (shard BETWEEN 0 AND 1023),
    fence bigint NOT NULL DEFAULT 0,
    owner uuid,
    epoch integer NOT NULL,
    from_snapshot pg_snapshot NOT NULL,
    to_snapshot pg_snapshot NOT NULL,
    position bigint NOT NULL,
    from_floor bigint NOT NULL,
    to_floor bigint NOT NULL,
    to_ceiling bigint NOT NULL,
    PRIMARY KEY (subscription, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE eventbus_shard IS 'How far each shard of a subscription has come: everything visible in from_snapshot is behind it, and of what became visible up to to_snapshot, everything up to position. Half of each page is left free, so that moving a cursor touches no index.';
COMMENT ON COLUMN eventbus_shard.subscription IS 'The subscription.';
COMMENT ON COLUMN eventbus_shard.shard IS 'The number of the shard: an equal part of the 1,024 values of eventbus_event.shard.';
COMMENT ON COLUMN eventbus_shard.fence IS 'Raised whenever the shard is taken; under an older one nothing can be committed.';
COMMENT ON COLUMN eventbus_shard.owner IS 'The replica that took it last; NULL where it was given back.';
COMMENT ON COLUMN eventbus_shard.epoch IS 'The epoch that the snapshots and the events between them belong to.';
COMMENT ON COLUMN eventbus_shard.from_snapshot IS 'What is visible in it is done.';
COMMENT ON COLUMN eventbus_shard.to_snapshot IS 'What is visible in it is being delivered, in the order of position.';
COMMENT ON COLUMN eventbus_shard.position IS 'How far between the two.';
COMMENT ON COLUMN eventbus_shard.from_floor IS 'A number given out before from_snapshot was taken: transactions that began to write after it have only higher ones.';
COMMENT ON COLUMN eventbus_shard.to_floor IS 'The same for to_snapshot.';
COMMENT ON COLUMN eventbus_shard.to_ceiling IS 'The last number given out after to_snapshot was taken: nothing that is visible in it has a higher one.';

-- Until here a subscription had one cursor. Each of its shards goes on from there.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'eventbus_subscription'::regclass AND attname = 'from_snapshot'
               AND NOT attisdropped) THEN
        INSERT INTO eventbus_shard (subscription, shard, fence, epoch, from_snapshot, to_snapshot, position, from_floor,
            to_floor, to_ceiling)
        SELECT name, shard, fence, epoch, from_snapshot, to_snapshot, position, from_floor, to_floor, to_ceiling
        FROM eventbus_subscription, generate_series(0, 15) AS shard;
        ALTER TABLE eventbus_subscription DROP COLUMN fence, DROP COLUMN epoch, DROP COLUMN from_snapshot,
            DROP COLUMN to_snapshot, DROP COLUMN position, DROP COLUMN from_floor, DROP COLUMN to_floor,
            DROP COLUMN to_ceiling;
    END IF;
END $$;

CREATE TABLE IF NOT EXISTS eventbus_replica (
    id uuid PRIMARY KEY,
    subscription text NOT NULL REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    session uuid,
    alive_until bigint NOT NULL
);
COMMENT ON TABLE eventbus_replica IS 'The running replicas of each subscription.';
COMMENT ON COLUMN eventbus_replica.id IS 'The replica, as in eventbus_shard.owner.';
COMMENT ON COLUMN eventbus_replica.subscription IS 'What it runs.';
COMMENT ON COLUMN eventbus_replica.session IS 'The key of the advisory lock that its process holds: a lock that is free tells that the process is gone before its time is up. NULL where a pooler keeps no sessions.';
COMMENT ON COLUMN eventbus_replica.alive_until IS 'Until when it counts as alive unless it says so again, in milliseconds since 1970 by this server''s clock.';
CREATE INDEX IF NOT EXISTS eventbus_replica_subscription ON eventbus_replica (subscription);
COMMENT ON INDEX eventbus_replica_subscription IS 'Finds the replicas of a subscription. Costs nothing at emit.';

ALTER TABLE eventbus_delivery ADD COLUMN IF NOT EXISTS shard smallint NOT NULL DEFAULT 0 CHECK (shard BETWEEN 0 AND 1023);
ALTER TABLE eventbus_delivery ADD COLUMN IF NOT EXISTS first_at bigint;
UPDATE eventbus_delivery AS d SET shard = e.shard FROM eventbus_event AS e
    WHERE e.position = d.position AND d.shard <> e.shard;
COMMENT ON COLUMN eventbus_delivery.shard IS 'eventbus_event.shard of the event: whose owner attempts it.';
COMMENT ON COLUMN eventbus_delivery.first_at IS 'When it was first attempted, in milliseconds since 1970; NULL before that.';

UPDATE eventbus_schema SET version = 2 WHERE version < 2;

-- Replays: readers of a part of the log that end by themselves. Idempotent; whoever runs it sets lock_timeout.

CREATE TABLE IF NOT EXISTS eventbus_replay (
    subscription text PRIMARY KEY REFERENCES eventbus_subscription (name) ON DELETE CASCADE,
    filter text NOT NULL,
    total bigint NOT NULL CHECK (total >= 0),
    began_at bigint NOT NULL,
    epoch integer NOT NULL,
    from_snapshot pg_snapshot NOT NULL,
    to_snapshot pg_snapshot NOT NULL,
    position bigint NOT NULL,
    from_floor bigint NOT NULL,
    to_floor bigint NOT NULL,
    to_ceiling bigint NOT NULL
);
COMMENT ON TABLE eventbus_replay IS 'What makes a reader of the log a replay: a part of the log that it reads and then ends. Its places are rows of eventbus_shard, as those of every subscription.';
COMMENT ON COLUMN eventbus_replay.subscription IS 'Its name there, replay:<name>, which no subscription can have.';
COMMENT ON COLUMN eventbus_replay.filter IS 'What it replays, JSON: it goes on with the same filter only.';
COMMENT ON COLUMN eventbus_replay.total IS 'How many events that were when it was first started.';
COMMENT ON COLUMN eventbus_replay.began_at IS 'When it was first started, in milliseconds since 1970.';
COMMENT ON COLUMN eventbus_replay.epoch IS 'Where it ends, a place as in eventbus_shard: its epoch.';
COMMENT ON COLUMN eventbus_replay.from_snapshot IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_replay.to_snapshot IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_replay.position IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_replay.from_floor IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_replay.to_floor IS 'As in eventbus_shard.';
COMMENT ON COLUMN eventbus_replay.to_ceiling IS 'As in eventbus_shard.';

UPDATE eventbus_schema SET version = 5 WHERE version < 5;

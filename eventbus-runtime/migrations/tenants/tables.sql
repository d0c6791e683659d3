-- Row level security for tenants: whoever is no superuser sees and writes only what a policy lets through, the owner of
-- the tables included. On request only, and idempotent; whoever runs it sets lock_timeout, as it locks each table for a
-- moment. Run it again after a migration that makes a table or a partition.

-- A relay that runs meanwhile may lose sight of the log. Its fences are raised, lest it takes that for the end and moves
-- on: it has to take its shards again, and is told then.
DO $$
BEGIN
    IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = 'eventbus_event'::regclass) THEN
        UPDATE eventbus_shard SET owner = NULL, fence = fence + 1;
    END IF;
END $$;

ALTER TABLE eventbus_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE eventbus_key ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE eventbus_scheduled ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE eventbus_moved ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE eventbus_delivery ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE eventbus_dead_letter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- Who has more events than others.
ALTER TABLE eventbus_detour ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- What became of whose events.
ALTER TABLE eventbus_minute ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE eventbus_note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
-- What was done to letters, and what is replayed, is said by filters, which may name tenants.
ALTER TABLE eventbus_action ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE eventbus_replay ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- A partition is guarded by its parent's policies as long as it is reached through the parent. By itself it has none, so
-- that nobody reaches it.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT tree.relid FROM pg_class AS c CROSS JOIN LATERAL pg_partition_tree(c.oid) AS tree
        WHERE c.relname LIKE 'eventbus\_%' AND c.relkind = 'p' AND c.relrowsecurity AND pg_table_is_visible(c.oid)
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    END LOOP;
END $$;

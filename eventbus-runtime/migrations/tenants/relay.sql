-- Whoever runs subscriptions: it sees the events of all tenants, owns no table, and bypasses nothing.

GRANT SELECT, UPDATE (epoch, cluster) ON eventbus_schema TO eventbus_role;
GRANT SELECT ON SEQUENCE eventbus_event_position_seq TO eventbus_role;
-- Handlers emit, and a replay puts an archived event back at its number.
GRANT SELECT, INSERT ON eventbus_event TO eventbus_role;
GRANT SELECT, UPDATE ON eventbus_retention TO eventbus_role;
GRANT SELECT, INSERT, UPDATE (event_id, expires_at), DELETE ON eventbus_key TO eventbus_role;
GRANT SELECT, INSERT (id, due_at, shard, version, correlation_id, causation_id, type, source, tenant, aggregate_kind,
    aggregate_id, traceparent, tracestate, metadata, data, priority), UPDATE (due_at, failures, failure, held_until), DELETE
    ON eventbus_scheduled TO eventbus_role;
GRANT SELECT, INSERT, UPDATE (moved_at), DELETE ON eventbus_moved TO eventbus_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON eventbus_subscription, eventbus_shard, eventbus_detour, eventbus_replica,
    eventbus_replay, eventbus_delivery, eventbus_dead_letter, eventbus_minute, eventbus_note TO eventbus_role;
GRANT SELECT, INSERT, UPDATE (count) ON eventbus_action TO eventbus_role;

DROP POLICY IF EXISTS eventbus_role ON eventbus_event;
CREATE POLICY eventbus_role ON eventbus_event TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_key;
CREATE POLICY eventbus_role ON eventbus_key TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_scheduled;
CREATE POLICY eventbus_role ON eventbus_scheduled TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_moved;
CREATE POLICY eventbus_role ON eventbus_moved TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_detour;
CREATE POLICY eventbus_role ON eventbus_detour TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_delivery;
CREATE POLICY eventbus_role ON eventbus_delivery TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_dead_letter;
CREATE POLICY eventbus_role ON eventbus_dead_letter TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_action;
CREATE POLICY eventbus_role ON eventbus_action TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_replay;
CREATE POLICY eventbus_role ON eventbus_replay TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_minute;
CREATE POLICY eventbus_role ON eventbus_minute TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_note;
CREATE POLICY eventbus_role ON eventbus_note TO eventbus_role USING (true);

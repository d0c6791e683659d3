-- Whoever looks after it all: reads everything, decides about dead letters, pauses, moves and removes subscriptions. It
-- writes no event, and deletes what is old.

GRANT SELECT ON eventbus_schema, eventbus_type, eventbus_key, eventbus_replica, eventbus_replay, eventbus_minute,
    eventbus_note TO eventbus_role;
GRANT SELECT, DELETE ON eventbus_event, eventbus_moved TO eventbus_role;
GRANT SELECT, UPDATE ON eventbus_retention TO eventbus_role;
GRANT SELECT ON SEQUENCE eventbus_event_position_seq TO eventbus_role;
GRANT SELECT, UPDATE (paused), DELETE ON eventbus_subscription TO eventbus_role;
GRANT SELECT, UPDATE (due_at, failures, failure, held_until), DELETE ON eventbus_scheduled TO eventbus_role;
GRANT SELECT, UPDATE ON eventbus_shard TO eventbus_role;
-- Whoever moves a subscription ends its detours.
GRANT SELECT, DELETE ON eventbus_detour TO eventbus_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON eventbus_delivery, eventbus_dead_letter TO eventbus_role;
GRANT SELECT, INSERT, UPDATE (count) ON eventbus_action TO eventbus_role;

DROP POLICY IF EXISTS eventbus_role ON eventbus_event;
CREATE POLICY eventbus_role ON eventbus_event TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_key;
CREATE POLICY eventbus_role ON eventbus_key FOR SELECT TO eventbus_role USING (true);
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
CREATE POLICY eventbus_role ON eventbus_replay FOR SELECT TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_minute;
CREATE POLICY eventbus_role ON eventbus_minute FOR SELECT TO eventbus_role USING (true);
DROP POLICY IF EXISTS eventbus_role ON eventbus_note;
CREATE POLICY eventbus_role ON eventbus_note FOR SELECT TO eventbus_role USING (true);

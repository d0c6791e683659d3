-- Whoever emits for a tenant: it sees and writes the rows of this tenant alone, and of none where none is named.

-- Neither the number of an event nor its transaction are the emitter's to choose: a number that was taken in advance
-- would fail the emit of whoever comes to it.
GRANT SELECT, INSERT (epoch, shard, version, id, correlation_id, causation_id, type, source, tenant, aggregate_id,
    traceparent, tracestate, metadata, data, priority) ON eventbus_event TO eventbus_role;
DROP POLICY IF EXISTS eventbus_role ON eventbus_event;
CREATE POLICY eventbus_role ON eventbus_event TO eventbus_role USING (tenant = eventbus_tenant);

GRANT SELECT, INSERT, UPDATE (event_id, expires_at), DELETE ON eventbus_key TO eventbus_role;
DROP POLICY IF EXISTS eventbus_role ON eventbus_key;
CREATE POLICY eventbus_role ON eventbus_key TO eventbus_role USING (tenant = eventbus_tenant);

-- It may cancel and reschedule, but not hold an event back: others of its shard would wait for that, also those of others.
GRANT SELECT, INSERT (id, due_at, shard, version, correlation_id, causation_id, type, source, tenant, aggregate_kind,
    aggregate_id, traceparent, tracestate, metadata, data, priority), UPDATE (due_at, failures, failure, held_until), DELETE
    ON eventbus_scheduled TO eventbus_role;
DROP POLICY IF EXISTS eventbus_role ON eventbus_scheduled;
CREATE POLICY eventbus_role ON eventbus_scheduled TO eventbus_role USING (tenant = eventbus_tenant)
    WITH CHECK (tenant = eventbus_tenant AND held_until IS NULL);
GRANT SELECT ON eventbus_moved TO eventbus_role;
DROP POLICY IF EXISTS eventbus_role ON eventbus_moved;
CREATE POLICY eventbus_role ON eventbus_moved FOR SELECT TO eventbus_role USING (tenant = eventbus_tenant);

-- Whether a subscription has handled an event is asked of these: a delivery is seen by whoever sees its event, and where
-- subscriptions stand tells of no tenant.
GRANT SELECT ON eventbus_schema, eventbus_subscription, eventbus_shard, eventbus_detour, eventbus_delivery TO eventbus_role;
DROP POLICY IF EXISTS eventbus_role ON eventbus_detour;
CREATE POLICY eventbus_role ON eventbus_detour FOR SELECT TO eventbus_role
    USING (everybody OR tenant = eventbus_tenant);
DROP POLICY IF EXISTS eventbus_role ON eventbus_delivery;
CREATE POLICY eventbus_role ON eventbus_delivery FOR SELECT TO eventbus_role
    USING (EXISTS (SELECT FROM eventbus_event AS e WHERE e.position = eventbus_delivery.position));

-- It parks what the application gives up. A letter of a subscription it cannot forge: that has one.
GRANT SELECT, INSERT (id, source, tenant, data, attempts, kind, message, errors, died_at, retry_at)
    ON eventbus_dead_letter TO eventbus_role;
DROP POLICY IF EXISTS eventbus_role ON eventbus_dead_letter;
CREATE POLICY eventbus_role ON eventbus_dead_letter TO eventbus_role USING (tenant = eventbus_tenant);

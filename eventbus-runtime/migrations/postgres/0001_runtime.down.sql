-- Drops the runtime's own tables, the log with all its events included. Idempotent; whoever runs it sets lock_timeout.

DROP TABLE IF EXISTS eventbus_type;
DROP TABLE IF EXISTS eventbus_delivery;
DROP TABLE IF EXISTS eventbus_subscription;
DROP TABLE IF EXISTS eventbus_event;
DROP TABLE IF EXISTS eventbus_schema;

-- Back to events without keys: what was emitted already is forgotten. Idempotent; whoever runs it sets lock_timeout.

DROP TABLE IF EXISTS eventbus_key;

UPDATE eventbus_schema SET version = 3 WHERE version > 3;

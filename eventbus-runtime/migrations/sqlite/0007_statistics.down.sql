-- Back to a log without statistics: those of the last 24 hours are lost. Idempotent.

DROP INDEX IF EXISTS eventbus_event_correlation;
DROP TABLE IF EXISTS eventbus_note;
DROP TABLE IF EXISTS eventbus_minute;

UPDATE eventbus_schema SET version = 6 WHERE version > 6;

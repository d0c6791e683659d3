-- The statements that make a partition of the log: an empty table of its own, so that the log is locked for no longer than
-- it takes to hang it in, and no one who emits or reads waits. $1: its first number; $2: the first one behind it. Without
-- numbers, the partition for what no other has room for.
WITH log AS (
    SELECT c.relrowsecurity, c.relowner, c.oid::regclass::text AS log, format('%I.%I', n.nspname,
        'eventbus_event_' || coalesce($1::bigint::text, 'default')) AS part
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = 'eventbus_event'::regclass
)
SELECT todo.statement FROM log CROSS JOIN LATERAL (
    SELECT 1 AS step, format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY EXCLUDING INDEXES EXCLUDING COMMENTS)',
        log.part, log.log) AS statement
    UNION ALL SELECT 2, format('ALTER TABLE %s OWNER TO %I', log.part, pg_get_userbyid(log.relowner))
    -- By itself it has no policy, so that nobody reaches it but through its parent.
    UNION ALL SELECT 3, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', log.part)
        WHERE log.relrowsecurity
    UNION ALL SELECT 4, format('ALTER TABLE %s ATTACH PARTITION %s %s', log.log, log.part,
        CASE WHEN $1 IS NULL THEN 'DEFAULT' ELSE format('FOR VALUES FROM (%s) TO (%s)', $1, $2::bigint) END)
) AS todo ORDER BY todo.step

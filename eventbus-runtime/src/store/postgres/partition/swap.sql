-- The statements that put a partitioned table in the place of the log, whose table becomes the first partition, in their
-- order. They are made of the catalog, so that whatever somebody added to the table comes over: columns, indexes, policies,
-- grants, comments, triggers, views. $1: the last number of the first partition; $2: the last number that was given out.
WITH log AS (
    SELECT c.oid, c.relname AS name, c.relacl AS acl, c.relowner AS owner, c.relrowsecurity, c.relforcerowsecurity,
        quote_ident(n.nspname) AS schema, c.oid::regclass::text AS log, format('%I.eventbus_event_0', n.nspname) AS part,
        format('%I.eventbus_event_position_seq', n.nspname) AS numbers
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = 'eventbus_event'::regclass
), policy AS (
    -- Also those of other tables that ask for events: they know the table and not its name.
    SELECT p.polname, p.polrelid::regclass AS of, p.polpermissive, p.polcmd, p.polroles,
        pg_get_expr(p.polqual, p.polrelid) AS qual, pg_get_expr(p.polwithcheck, p.polrelid) AS checks
    FROM pg_policy AS p, log WHERE p.polrelid = log.oid OR EXISTS (SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = log.oid)
), index AS (
    SELECT c.oid, c.relname AS name, pg_get_indexdef(c.oid) AS statement, k.conname, pg_get_constraintdef(k.oid) AS key
    FROM log JOIN pg_index AS i ON i.indrelid = log.oid JOIN pg_class AS c ON c.oid = i.indexrelid
        LEFT JOIN pg_constraint AS k ON k.conindid = c.oid AND k.conrelid = log.oid
), granted AS (
    SELECT a.grantee, a.privilege_type || CASE WHEN a.columns IS NULL THEN '' ELSE ' (' || a.columns || ')' END AS privilege,
        a.is_grantable, a.numbers
    FROM log CROSS JOIN LATERAL (
        SELECT t.grantee, t.privilege_type, t.is_grantable, NULL AS columns, false AS numbers FROM aclexplode(log.acl) AS t
        UNION ALL SELECT t.grantee, t.privilege_type, t.is_grantable, string_agg(quote_ident(c.attname), ', '), false
            FROM pg_attribute AS c CROSS JOIN LATERAL aclexplode(c.attacl) AS t WHERE c.attrelid = log.oid
            GROUP BY t.grantee, t.privilege_type, t.is_grantable
        UNION ALL SELECT t.grantee, t.privilege_type, t.is_grantable, NULL, true
            FROM pg_class AS s CROSS JOIN LATERAL aclexplode(s.relacl) AS t WHERE s.oid = log.numbers::regclass) AS a
    WHERE a.grantee <> log.owner
), role AS (
    SELECT g.*, CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END AS role FROM granted AS g
), trigger AS (
    SELECT t.tgname, pg_get_triggerdef(t.oid) AS statement FROM pg_trigger AS t, log
    WHERE t.tgrelid = log.oid AND NOT t.tgisinternal
), view AS (
    -- Replacing one leaves its owner, grants and comments as they are, and its options not.
    SELECT DISTINCT format('CREATE OR REPLACE VIEW %s%s AS %s', v.oid::regclass,
        ' WITH (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid)) AS statement
    FROM log JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = log.oid
        AND d.classid = 'pg_rewrite'::regclass
        JOIN pg_rewrite AS r ON r.oid = d.objid JOIN pg_class AS v ON v.oid = r.ev_class AND v.relkind = 'v'
)
SELECT todo.statement FROM log CROSS JOIN LATERAL (
    SELECT 10 AS step, format('DROP POLICY %I ON %s', polname, of) AS statement FROM policy
    UNION ALL SELECT 10, format('DROP TRIGGER %I ON %s', tgname, log.log) FROM trigger
    UNION ALL SELECT 20, format('ALTER INDEX %s.%I RENAME TO %I', log.schema, name,
        left('eventbus_event_0' || CASE WHEN starts_with(name, 'eventbus_event') THEN substr(name, 15) ELSE '_' || name END, 63))
        FROM index
    UNION ALL SELECT 30, format('ALTER TABLE %s RENAME TO eventbus_event_0', log.log)
    UNION ALL SELECT 31, format('ALTER TABLE %s ALTER COLUMN position DROP IDENTITY', log.part)
    UNION ALL SELECT 32, format('CREATE TABLE %s.%I (LIKE %s INCLUDING ALL EXCLUDING IDENTITY EXCLUDING INDEXES) '
        'PARTITION BY RANGE (position)', log.schema, log.name, log.part)
    -- It is the first partition's alone.
    UNION ALL SELECT 33, format('ALTER TABLE %s DROP CONSTRAINT eventbus_event_upto', log.log)
    UNION ALL SELECT 34, format('ALTER TABLE %s ALTER COLUMN position ADD GENERATED ALWAYS AS IDENTITY '
        '(SEQUENCE NAME %s CACHE 1)', log.log, log.numbers)
    UNION ALL SELECT 35, format('SELECT setval(%L, %s)', log.numbers, $2::bigint) WHERE $2 > 0
    UNION ALL SELECT 36, format('ALTER TABLE %s OWNER TO %I', log.log, pg_get_userbyid(log.owner))
    UNION ALL SELECT 40, CASE WHEN conname IS NULL THEN statement
        ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', log.log, conname, key) END FROM index
    UNION ALL SELECT 50, format('COMMENT ON TABLE %s IS %L', log.log, obj_description(log.oid, 'pg_class'))
    UNION ALL SELECT 50, format('COMMENT ON INDEX %s.%I IS %L', log.schema, name, obj_description(oid, 'pg_class')) FROM index
    UNION ALL SELECT 60, format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', log.log) WHERE log.relrowsecurity
    UNION ALL SELECT 60, format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', log.log) WHERE log.relforcerowsecurity
    UNION ALL SELECT 61, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, of,
        CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ') FROM unnest(polroles) AS r),
        ' USING (' || qual || ')', ' WITH CHECK (' || checks || ')') FROM policy
    UNION ALL SELECT 62, format('GRANT %s ON %s TO %s%s', privilege,
        CASE WHEN numbers THEN 'SEQUENCE ' || log.numbers ELSE log.log END, role,
        CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) FROM role
    UNION ALL SELECT 63, statement FROM trigger
    UNION ALL SELECT 64, statement FROM view
    -- A partition is reached through its parent alone.
    UNION ALL SELECT DISTINCT 70, format('REVOKE ALL ON %s FROM %s', log.part, role) FROM role WHERE NOT numbers
    UNION ALL SELECT 80, format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (MINVALUE) TO (%s)', log.log, log.part, $1 + 1)
    -- What the partition's bounds say now.
    UNION ALL SELECT 81, format('ALTER TABLE %s DROP CONSTRAINT eventbus_event_upto', log.part)
) AS todo ORDER BY todo.step

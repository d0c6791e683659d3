-- Everything that the catalog of PostgreSQL says of a schema, one line for each fact: what pg_dump would print where there is
-- none of the server's version. Columns have their place among those that are left, grants no order.
WITH own AS (
    SELECT c.* FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\_sqlx%'
), facts (fact) AS (
    SELECT format('%s %s security %s %s options %s replica %s of %s may %s bounds %s', relkind, relname, relrowsecurity,
        relforcerowsecurity, reloptions, relreplident, pg_get_userbyid(relowner),
        (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(coalesce(relacl,
            acldefault((CASE relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", relowner))) AS a), pg_get_expr(relpartbound, oid))
    FROM own
    UNION ALL
    SELECT format('column %s.%s %s %s null %s default %s identity %s generated %s collation %s may %s', own.relname, a.attname,
        row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
        pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attcollation::regcollation,
        (SELECT array_agg(g::text ORDER BY g::text) FROM unnest(a.attacl) AS g))
    FROM own JOIN pg_attribute AS a ON a.attrelid = own.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    UNION ALL
    SELECT format('constraint %s.%s %s %s', own.relname, c.conname, c.convalidated, pg_get_constraintdef(c.oid))
    FROM own JOIN pg_constraint AS c ON c.conrelid = own.oid
    UNION ALL
    SELECT format('index %s', pg_get_indexdef(own.oid)) FROM own WHERE own.relkind IN ('i', 'I')
    UNION ALL
    SELECT format('view %s %s', own.relname, pg_get_viewdef(own.oid)) FROM own WHERE own.relkind = 'v'
    UNION ALL
    SELECT format('sequence %s %s %s %s %s', own.relname, s.seqstart, s.seqincrement, s.seqcache, s.seqcycle)
    FROM own JOIN pg_sequence AS s ON s.seqrelid = own.oid
    UNION ALL
    SELECT format('policy %s.%s %s %s %s using %s check %s', tablename, policyname, permissive, roles, cmd, qual, with_check)
    FROM pg_policies WHERE schemaname = 'public'
    UNION ALL
    SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM own JOIN pg_trigger AS t ON t.tgrelid = own.oid
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('function %s may %s', pg_get_functiondef(p.oid),
        (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.proacl) AS a))
    FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('comment %s %s', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description)
    FROM pg_description AS d WHERE pg_describe_object(d.classoid, d.objoid, d.objsubid) LIKE '%eventbus\_%'
)
SELECT fact FROM facts ORDER BY fact COLLATE "C"

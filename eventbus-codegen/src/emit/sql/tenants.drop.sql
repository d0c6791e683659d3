-- Row level security goes, with the policies that were named after their roles, and with what these roles may do with the
-- tables. The roles themselves are the cluster's, and stay.
DO $$
DECLARE
    roles name[];
    own record;
BEGIN
    SELECT coalesce(array_agg(DISTINCT r.rolname), '{}') INTO roles
    FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN pg_roles AS r ON r.rolname = p.polname
    WHERE c.relname LIKE 'eventbus\_%' AND pg_table_is_visible(c.oid) AND p.polroles = ARRAY[r.oid];
    FOR own IN SELECT c.oid::regclass AS relation, p.polname AS policy FROM pg_policy AS p
        JOIN pg_class AS c ON c.oid = p.polrelid
        WHERE c.relname LIKE 'eventbus\_%' AND pg_table_is_visible(c.oid) AND p.polname = ANY (roles)
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', own.policy, own.relation);
    END LOOP;
    FOR own IN SELECT c.oid::regclass AS relation, role FROM pg_class AS c, unnest(roles) AS role
        WHERE c.relname LIKE 'eventbus\_%' AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', own.relation, own.role);
    END LOOP;
    FOR own IN SELECT c.oid::regclass AS relation, role FROM pg_class AS c, unnest(roles) AS role
        WHERE c.relname LIKE 'eventbus\_%' AND pg_table_is_visible(c.oid) AND c.relkind = 'S'
    LOOP
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM %I', own.relation, own.role);
    END LOOP;
    FOR own IN SELECT c.oid::regclass AS relation FROM pg_class AS c
        WHERE c.relname LIKE 'eventbus\_%' AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p') AND c.relrowsecurity
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', own.relation);
    END LOOP;
END $$;

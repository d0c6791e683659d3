-- A role, where there is none of that name: it cannot log in until somebody lets it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'eventbus_role') THEN
        CREATE ROLE eventbus_role NOLOGIN;
    END IF;
    IF NOT has_schema_privilege('eventbus_role', current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO eventbus_role', current_schema());
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- Somebody else made it at this moment.
END $$;

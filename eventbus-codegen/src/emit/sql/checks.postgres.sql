CREATE TABLE eventbus_shape (
    type text NOT NULL,
    version integer NOT NULL,
    place integer NOT NULL,
    path text[] NOT NULL,
    names text[] NOT NULL,
    kinds text NOT NULL,
    required boolean NOT NULL,
    PRIMARY KEY (type, version, place)
);
COMMENT ON TABLE eventbus_shape IS 'What the payloads of each version must have. A version without rows may have anything.';
COMMENT ON COLUMN eventbus_shape.type IS 'The dotted type name, order.placed.';
COMMENT ON COLUMN eventbus_shape.version IS 'The version of the payload.';
COMMENT ON COLUMN eventbus_shape.place IS 'The number of the place in the payload; 0 is the payload itself.';
COMMENT ON COLUMN eventbus_shape.path IS 'The path of the place, empty for the payload itself. Where its parent is no object, nothing is asked for.';
COMMENT ON COLUMN eventbus_shape.names IS 'The names of the property, each as good; empty for the payload itself.';
COMMENT ON COLUMN eventbus_shape.kinds IS 'The kinds of JSON value that may be there, with a space around each.';
COMMENT ON COLUMN eventbus_shape.required IS 'Whether the property must be there, under one of its names.';

CREATE FUNCTION eventbus_is_kind(value jsonb, kinds text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN jsonb_typeof(value) = 'number' AND strpos(kinds, 'integer') > 0 THEN value::numeric % 1 = 0
        ELSE strpos(kinds, jsonb_typeof(value)) > 0 END;

CREATE FUNCTION eventbus_is_wrong(payload jsonb, shape eventbus_shape) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    parent jsonb := payload #> shape.path[:cardinality(shape.path) - 1];
    name text;
BEGIN
    IF shape.names = '{}' THEN
        RETURN NOT eventbus_is_kind(payload, shape.kinds);
    ELSIF jsonb_typeof(parent) IS DISTINCT FROM 'object' THEN
        RETURN false;
    END IF;
    FOREACH name IN ARRAY shape.names LOOP
        IF NOT eventbus_is_kind(parent -> name, shape.kinds) THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN shape.required AND NOT parent ?| shape.names;
END $$;

-- Whoever writes an event needs no right to read the shapes.
CREATE FUNCTION eventbus_check() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    payload jsonb := eventbus_check_document(NEW.data);
    wrong eventbus_shape;
    what text;
BEGIN
    -- Nearly everything is right on the face of it, and this is prepared anew for each event: it is short.
    SELECT * INTO wrong FROM eventbus_shape AS s WHERE s.type = NEW.type AND s.version = NEW.version
        AND strpos(s.kinds, jsonb_typeof(payload #> s.path)) > 0 IS NOT TRUE AND eventbus_is_wrong(payload, s);
    IF FOUND THEN
        what := CASE WHEN wrong.names = '{}' THEN 'is ' || jsonb_typeof(payload)
            WHEN payload #> wrong.path[:cardinality(wrong.path) - 1] ?| wrong.names THEN 'has something else at /'
            ELSE 'has no /' END;
        RAISE EXCEPTION USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
            CONSTRAINT = 'eventbus_check', MESSAGE = format('the payload of %s, version %s, %s%s: it takes %s', NEW.type,
                NEW.version, what, array_to_string(wrong.path, '/'), replace(trim(wrong.kinds), ' ', ' or ')),
            HINT = 'write what the schema of this version says, or give a new shape a new version';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION eventbus_check() FROM PUBLIC;
-- It runs as its owner: nobody else's tables or functions may come first.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION eventbus_check() SET search_path = pg_catalog, %I, pg_temp', current_schema());
END $$;

-- What is not due yet comes into the log later, where nobody is left to be told.
CREATE TRIGGER eventbus_check BEFORE INSERT ON eventbus_event FOR EACH ROW EXECUTE FUNCTION eventbus_check();
CREATE TRIGGER eventbus_check BEFORE INSERT ON eventbus_scheduled FOR EACH ROW EXECUTE FUNCTION eventbus_check();

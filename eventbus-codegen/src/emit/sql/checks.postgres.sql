CREATE TABLE eventbus_shape (
    type text NOT NULL,
    version integer NOT NULL,
    place integer NOT NULL,
    parent text[] NOT NULL,
    name text,
    aliases text[] NOT NULL,
    kinds text[] NOT NULL,
    required boolean NOT NULL,
    PRIMARY KEY (type, version, place)
);
COMMENT ON TABLE eventbus_shape IS 'What the payloads of each version must have. A version without rows may have anything.';
COMMENT ON COLUMN eventbus_shape.type IS 'The dotted type name, order.placed.';
COMMENT ON COLUMN eventbus_shape.version IS 'The version of the payload.';
COMMENT ON COLUMN eventbus_shape.place IS 'The number of the place in the payload; 0 is the payload itself.';
COMMENT ON COLUMN eventbus_shape.parent IS 'The path of the object that has it. Where there is no object, nothing is asked for.';
COMMENT ON COLUMN eventbus_shape.name IS 'The property; NULL for the payload itself.';
COMMENT ON COLUMN eventbus_shape.aliases IS 'Other names of the property, each as good.';
COMMENT ON COLUMN eventbus_shape.kinds IS 'The kinds of JSON value that may be there.';
COMMENT ON COLUMN eventbus_shape.required IS 'Whether the property must be there, under one of its names.';

CREATE FUNCTION eventbus_is_kind(value jsonb, kinds text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN jsonb_typeof(value) = ANY (kinds) OR CASE
        WHEN jsonb_typeof(value) = 'number' AND 'integer' = ANY (kinds) THEN value::numeric % 1 = 0
        ELSE false END;

-- Whoever writes an event needs no right to read the shapes.
CREATE FUNCTION eventbus_check() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    payload jsonb;
    wrong record;
    place text;
BEGIN
    payload := eventbus_check_document(NEW.data);
    SELECT s.parent, s.name, s.kinds, NOT payload #> s.parent ?| (s.aliases || s.name) AS is_missing
    INTO wrong FROM eventbus_shape AS s
    WHERE s.type = NEW.type AND s.version = NEW.version AND CASE
        WHEN s.name IS NULL THEN NOT eventbus_is_kind(payload, s.kinds)
        WHEN jsonb_typeof(payload #> s.parent) IS DISTINCT FROM 'object' THEN false
        WHEN payload #> s.parent ? s.name AND NOT eventbus_is_kind(payload #> s.parent -> s.name, s.kinds) THEN true
        WHEN s.aliases = '{}' THEN s.required AND NOT payload #> s.parent ? s.name
        ELSE s.required AND NOT payload #> s.parent ?| (s.aliases || s.name) OR EXISTS (
            SELECT FROM unnest(s.aliases) AS alias
            WHERE payload #> s.parent ? alias AND NOT eventbus_is_kind(payload #> s.parent -> alias, s.kinds))
        END
    ORDER BY s.place LIMIT 1;
    IF FOUND THEN
        place := '/' || array_to_string(wrong.parent || wrong.name, '/');
        RAISE EXCEPTION USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
            CONSTRAINT = 'eventbus_check', MESSAGE = format('the payload of %s, version %s, %s: it takes %s', NEW.type,
                NEW.version, CASE WHEN wrong.name IS NULL THEN 'is ' || jsonb_typeof(payload)
                WHEN wrong.is_missing THEN 'has no ' || place ELSE 'has something else at ' || place END,
                array_to_string(wrong.kinds, ' or ')),
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

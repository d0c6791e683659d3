-- What a payload's value is in a column: nothing where it is not of the column's type. None of these fails, whatever is stored.
CREATE FUNCTION eventbus_as_text(value jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value) WHEN 'string' THEN value #>> '{}' END;
CREATE FUNCTION eventbus_as_boolean(value jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(value) WHEN 'boolean' THEN value::boolean END;
CREATE FUNCTION eventbus_as_whole(value jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN jsonb_typeof(value) = 'number' THEN CASE WHEN value::numeric % 1 = 0 THEN value::numeric END END;
CREATE FUNCTION eventbus_as_integer(value jsonb) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN eventbus_as_whole(value) BETWEEN -2147483648 AND 2147483647 THEN value::integer END;
CREATE FUNCTION eventbus_as_bigint(value jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN eventbus_as_whole(value) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN value::bigint END;
CREATE FUNCTION eventbus_as_double(value jsonb) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN jsonb_typeof(value) = 'number' THEN CASE
        WHEN value::numeric = 0 OR abs(value::numeric) BETWEEN 5e-324 AND 1.7976931348623157e308 THEN value::double precision
    END END;
CREATE FUNCTION eventbus_as_uuid(value jsonb) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN eventbus_as_text(value) ~* '^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$' THEN eventbus_as_text(value)::uuid END;
CREATE FUNCTION eventbus_as_date(value jsonb) RETURNS date LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    day text := eventbus_as_text(value);
BEGIN
    IF day !~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' OR day ~ '^0000' THEN
        RETURN NULL;
    END IF;
    IF substr(day, 9)::integer > extract(day FROM make_date(substr(day, 1, 4)::integer, substr(day, 6, 2)::integer, 1)
            + interval '1 month' - interval '1 day') THEN
        RETURN NULL;
    END IF;
    RETURN make_date(substr(day, 1, 4)::integer, substr(day, 6, 2)::integer, substr(day, 9)::integer);
END $$;
CREATE FUNCTION eventbus_as_time(value jsonb) RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    moment text := eventbus_as_text(value);
BEGIN
    IF moment !~ '^.{10}[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,30})?([Zz]|[-+](0[0-9]|1[0-5]):[0-5][0-9])$'
            OR eventbus_as_date(to_jsonb(substr(moment, 1, 10))) IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN moment::timestamptz;
END $$;
CREATE FUNCTION eventbus_as_json(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN nullif(value, 'null');
CREATE FUNCTION eventbus_time_of(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN substr(id::text, 15, 1) = '7' THEN to_timestamp(
        ('x' || substr(id::text, 1, 8) || substr(id::text, 10, 4))::bit(48)::bigint / 1000.0) END;

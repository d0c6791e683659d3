-- What the payloads of each version must have. A version without rows may have anything.
CREATE TABLE eventbus_shape (
    type TEXT NOT NULL,            -- the dotted type name, order.placed
    version INTEGER NOT NULL,      -- the version of the payload
    place INTEGER NOT NULL,        -- the number of the place in the payload; 0 is the payload itself
    parent TEXT,                   -- the path of the object that has it; NULL for the payload itself
    path TEXT NOT NULL,            -- the path of the place
    aliases TEXT,                  -- other paths of it, each as good, a JSON array; NULL for none
    kinds TEXT NOT NULL,           -- the kinds of JSON value that may be there, with a space around each
    required INTEGER NOT NULL,     -- whether it must be there, under one of its paths
    PRIMARY KEY (type, version, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER eventbus_check_event BEFORE INSERT ON eventbus_event
BEGIN
    SELECT RAISE(ABORT, 'the payload of ' || NEW.type || ', version ' || NEW.version || ', ' || CASE
        WHEN NOT json_valid(NEW.data) THEN 'is no JSON'
        WHEN s.parent IS NULL THEN 'is ' || json_type(NEW.data)
        WHEN json_type(NEW.data, s.path) IS NULL AND s.aliases IS NULL THEN 'has no ' || s.path
        ELSE 'has something else at ' || s.path END || ': it takes ' || replace(trim(s.kinds), ' ', ' or '))
    FROM eventbus_shape AS s
    WHERE s.type = NEW.type AND s.version = NEW.version AND CASE
        -- The payload itself has the first row.
        WHEN s.parent IS NULL AND NOT json_valid(NEW.data) THEN 1
        -- Nearly everything is right on the face of it.
        WHEN s.aliases IS NULL AND instr(s.kinds, ' ' || json_type(NEW.data, s.path) || ' ') > 0 THEN 0
        WHEN s.parent IS NOT NULL AND json_type(NEW.data, s.parent) IS NOT 'object' THEN 0
        WHEN instr(s.kinds, ' ' || json_type(NEW.data, s.path) || ' ') = 0
            AND NOT (json_type(NEW.data, s.path) = 'real' AND instr(s.kinds, ' integer ') > 0
                AND NEW.data ->> s.path = round(NEW.data ->> s.path)) THEN 1
        WHEN s.aliases IS NULL THEN s.required AND json_type(NEW.data, s.path) IS NULL
        ELSE s.required AND json_type(NEW.data, s.path) IS NULL AND NOT EXISTS (
                SELECT 1 FROM json_each(s.aliases) AS alias WHERE json_type(NEW.data, alias.value) IS NOT NULL)
            OR EXISTS (SELECT 1 FROM json_each(s.aliases) AS alias
                WHERE instr(s.kinds, ' ' || json_type(NEW.data, alias.value) || ' ') = 0
                AND NOT (json_type(NEW.data, alias.value) = 'real' AND instr(s.kinds, ' integer ') > 0
                    AND NEW.data ->> alias.value = round(NEW.data ->> alias.value)))
        END
    LIMIT 1;
END;

-- What is not due yet comes into the log later, where nobody is left to be told.
CREATE TRIGGER eventbus_check_scheduled BEFORE INSERT ON eventbus_scheduled
BEGIN
    SELECT RAISE(ABORT, 'the payload of ' || NEW.type || ', version ' || NEW.version || ', ' || CASE
        WHEN NOT json_valid(NEW.data) THEN 'is no JSON'
        WHEN s.parent IS NULL THEN 'is ' || json_type(NEW.data)
        WHEN json_type(NEW.data, s.path) IS NULL AND s.aliases IS NULL THEN 'has no ' || s.path
        ELSE 'has something else at ' || s.path END || ': it takes ' || replace(trim(s.kinds), ' ', ' or '))
    FROM eventbus_shape AS s
    WHERE s.type = NEW.type AND s.version = NEW.version AND CASE
        -- The payload itself has the first row.
        WHEN s.parent IS NULL AND NOT json_valid(NEW.data) THEN 1
        -- Nearly everything is right on the face of it.
        WHEN s.aliases IS NULL AND instr(s.kinds, ' ' || json_type(NEW.data, s.path) || ' ') > 0 THEN 0
        WHEN s.parent IS NOT NULL AND json_type(NEW.data, s.parent) IS NOT 'object' THEN 0
        WHEN instr(s.kinds, ' ' || json_type(NEW.data, s.path) || ' ') = 0
            AND NOT (json_type(NEW.data, s.path) = 'real' AND instr(s.kinds, ' integer ') > 0
                AND NEW.data ->> s.path = round(NEW.data ->> s.path)) THEN 1
        WHEN s.aliases IS NULL THEN s.required AND json_type(NEW.data, s.path) IS NULL
        ELSE s.required AND json_type(NEW.data, s.path) IS NULL AND NOT EXISTS (
                SELECT 1 FROM json_each(s.aliases) AS alias WHERE json_type(NEW.data, alias.value) IS NOT NULL)
            OR EXISTS (SELECT 1 FROM json_each(s.aliases) AS alias
                WHERE instr(s.kinds, ' ' || json_type(NEW.data, alias.value) || ' ') = 0
                AND NOT (json_type(NEW.data, alias.value) = 'real' AND instr(s.kinds, ' integer ') > 0
                    AND NEW.data ->> alias.value = round(NEW.data ->> alias.value)))
        END
    LIMIT 1;
END;

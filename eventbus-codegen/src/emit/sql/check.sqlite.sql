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

CREATE FUNCTION eventbus_document(data json) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- Thousands of levels are more than the server's stack holds while it works on them, and than anything reads.
    IF octet_length(data::text) > 2000 AND 2 * octet_length(data::text) - octet_length(replace(data::text, '[', ''))
            - octet_length(replace(data::text, '{', '')) > 1000 AND (
        SELECT max(depth) FROM (
            SELECT sum(CASE WHEN token[1] IN ('[', '{') THEN 1 WHEN token[1] IN (']', '}') THEN -1 END) OVER (ORDER BY n) AS depth
            FROM regexp_matches(data::text, '"(?:[^"\\]|\\.)*"|[][{}]', 'g') WITH ORDINALITY AS tokens (token, n)) AS depths) > 1000 THEN
        RETURN NULL;
    END IF;
    IF strpos(data::text, '\u') = 0 AND data::text !~ '(^|[:,\[\s])-?[0-9.]+[eE][-+]?[0-9]{4}'
        AND (length(data::text) < 16000 OR data::text !~ '[0-9]{200}') THEN
        RETURN data::jsonb;
    END IF;
    RETURN (
        SELECT string_agg(CASE
            WHEN token[1] ~ '^"' THEN (
                SELECT string_agg(CASE WHEN part[1] ~* '^\\u(0000|d[89a-f]..)$' THEN '\ufffd' ELSE part[1] END, '' ORDER BY n)
                FROM regexp_matches(token[1], '\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|[^\\]+', 'g') WITH ORDINALITY AS parts (part, n))
            WHEN token[1] ~ '[eE][-+]?[0-9]{4}' OR length(token[1]) > 1000 AND token[1] ~ '[0-9]' THEN eventbus_instead
            ELSE token[1] END, '' ORDER BY m)::jsonb
        FROM regexp_matches(data::text, '"(?:[^"\\]|\\.)*"|[-+.0-9eE]+|[^-+.0-9eE"]+', 'g') WITH ORDINALITY AS tokens (token, m));
END $$;

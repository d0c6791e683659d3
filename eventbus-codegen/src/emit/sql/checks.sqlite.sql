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

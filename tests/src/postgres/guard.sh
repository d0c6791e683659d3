# Runs a PostgreSQL cluster for as long as somebody holds the other end of our stdin, and leaves nothing behind: the
# test process cannot fail to let go, however it ends. $2 are the server's settings (`-c fsync=off ..`).
#
# Says on stdout, once: `ready <folder of the socket>`, `missing`, or `failed` and why.

if ! command -v initdb >/dev/null || ! command -v pg_ctl >/dev/null; then
    newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    PATH="$newest:$PATH"
fi
if ! command -v initdb >/dev/null || ! command -v pg_ctl >/dev/null; then
    echo missing
    exit
fi

# Short, because the path of a socket may have 107 bytes.
folder=$(mktemp -d /tmp/eventbus-pg.XXXXXX) || exit 1
chmod 711 "$folder"

settings=$2
start() {
    initdb --no-sync --auth=trust --username=postgres --encoding=UTF8 --locale=C -D "$folder/data" &&
        pg_ctl start -w -t 120 -D "$folder/data" -l "$folder/server.log" -o \
            "-k $folder -c listen_addresses='' -c max_connections=300 $settings"
}

if start >"$folder/start.log" 2>&1 </dev/null; then
    echo "ready $folder"
    exec >/dev/null
    cat >/dev/null
else
    echo failed
    cat "$folder/start.log" "$folder/server.log" 2>/dev/null
    exec >/dev/null
fi
pg_ctl stop -m immediate -w -D "$folder/data" >/dev/null 2>&1 </dev/null
rm -rf "$folder"

# Runs a PostgreSQL cluster for as long as somebody holds the other end of our stdin, and leaves nothing behind: the
# test process cannot fail to let go, however it ends. $1 is this text, $2 the server's settings (`-c fsync=off ..`).
#
# Says on stdout, once: `ready <folder of the socket>`, `missing`, or `failed` and why.

cd / || exit 1
# A Ctrl-C goes to the whole process group; the test process ends by it, and then we clean up.
trap '' INT TERM HUP

# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    if command -v setpriv >/dev/null; then
        exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups sh -c "$1" guard "$1" "$2"
    fi
    exec runuser -u "$user" -- sh -c "$1" guard "$1" "$2"
fi

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

# Runs a PostgreSQL cluster for as long as somebody holds the other end of our stdin, and leaves nothing behind: the
# test process cannot fail to let go, however it ends. $2 are the server's settings (`-c fsync=off ..`).
#
# Says on stdout: `ready <folder of the socket>`, `missing`, or `failed` and why. When it is ready it answers `done` to
# each line of its stdin: `stop` stops the server; `kill` ends it as a crash would, with no farewell to anybody; `start` starts
# it where it was; `replace <folders>` starts it anew, with sockets in the folders of clusters that were stopped, too.

if [ -n "$EVENTBUS_TEST_POSTGRES_BIN" ]; then
    PATH="$EVENTBUS_TEST_POSTGRES_BIN:$PATH"
    if [ ! -x "$EVENTBUS_TEST_POSTGRES_BIN/initdb" ]; then
        echo failed
        echo "$(id -un) finds no initdb in EVENTBUS_TEST_POSTGRES_BIN=$EVENTBUS_TEST_POSTGRES_BIN, or may not run it"
        exit
    fi
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
places=$folder
create() {
    initdb --no-sync --auth=trust --username=postgres --encoding=UTF8 --locale=C -D "$folder/data" && start "$folder"
}
start() {
    pg_ctl start -w -t 120 -D "$folder/data" -l "$folder/server.log" -o \
        "-k $1 -c listen_addresses='' -c max_connections=300 $settings"
}
stop() {
    pg_ctl stop -m fast -w -D "$folder/data"
}
obey() {
    case $1 in
    stop) stop ;;
    kill) pg_ctl stop -m immediate -w -D "$folder/data" ;;
    start) start "$places" ;;
    replace)
        places=$folder,$2
        stop && start "$places"
        ;;
    *) false ;;
    esac
}

if create >"$folder/start.log" 2>&1 </dev/null; then
    echo "ready $folder"
    while read -r word place; do
        if obey "$word" "$place" >>"$folder/start.log" 2>&1 </dev/null; then
            echo "done"
        else
            echo "failed: $(tail -n 1 "$folder/start.log")"
        fi
    done
    exec >/dev/null
else
    echo failed
    cat "$folder/start.log" "$folder/server.log" 2>/dev/null
    exec >/dev/null
fi
pg_ctl stop -m immediate -w -D "$folder/data" >/dev/null 2>&1 </dev/null
rm -rf "$folder"

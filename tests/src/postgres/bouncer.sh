# Runs PgBouncer for as long as somebody holds the other end of our stdin, and leaves nothing behind. $2 is its
# configuration but for the place of its socket.
#
# Says on stdout, once: `ready <folder of the socket>`, `missing`, or `failed` and why.

PATH="$PATH:/usr/sbin:/usr/local/sbin"
if ! command -v pgbouncer >/dev/null; then
    echo missing
    exit
fi

# Short, because the path of a socket may have 107 bytes.
folder=$(mktemp -d /tmp/eventbus-pgb.XXXXXX) || exit 1
chmod 711 "$folder"
printf '%s\nlisten_port = 6432\nunix_socket_dir = %s\n' "$2" "$folder" >"$folder/pgbouncer.ini"

pgbouncer "$folder/pgbouncer.ini" >"$folder/server.log" 2>&1 </dev/null &
bouncer=$!
while kill -0 "$bouncer" 2>/dev/null && ! grep -q "process up" "$folder/server.log"; do
    sleep 0.02
done

if kill -0 "$bouncer" 2>/dev/null; then
    echo "ready $folder"
    exec >/dev/null
    cat >/dev/null
else
    echo failed
    cat "$folder/server.log"
    exec >/dev/null
fi
kill "$bouncer" 2>/dev/null
wait "$bouncer"
rm -rf "$folder"

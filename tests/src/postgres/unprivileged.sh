# What runs a server for the tests begins with this. $1 is the whole text, $2 what it is about.

cd / || exit 1
# A Ctrl-C goes to the whole process group; the test process ends by it, and then we clean up.
trap '' INT TERM HUP

# The servers refuse to run as root.
if [ "$(id -u)" = 0 ]; then
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    if command -v setpriv >/dev/null; then
        exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups sh -c "$1" guard "$1" "$2"
    fi
    exec runuser -u "$user" -- sh -c "$1" guard "$1" "$2"
fi


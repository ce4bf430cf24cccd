#!/bin/sh
# Makes sure that what the tests drive is there: a Chromium and a PostgreSQL server. First argument: the Python of the venv.
set -eu
have() { command -v "$1" >/dev/null 2>&1; }
missing=""
have chromium || have chromium-browser || have google-chrome || missing="chromium"
have postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if have apt-get && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of package names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
case $missing in
    *chromium*) "$1" -m playwright install chromium ;;
esac
case $missing in
    *postgresql*) echo "No PostgreSQL server here: its tests will say that they were left out." ;;
esac

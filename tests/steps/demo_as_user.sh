#!/usr/bin/env bash
# The demo as a newcomer meets it: an ordinary user with an empty home, and a clone in a folder with a space in its name.
# Needs root, to make that user and to remove it again. Fails too when the demo leaves a process behind.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

user=charter-demo-$$
folder=$(mktemp --directory)

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
    userdel "$user" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT

useradd --user-group --no-create-home --home-dir "$folder/home" --shell /bin/sh "$user"
mkdir "$folder/home"
tests/setup/tree.sh files "$folder/a clone"
chown -R "$user:$user" "$folder"

# pyenv is root's own; Debian's Python is everybody's.
result=0
setpriv --reuid="$user" --regid="$user" --init-groups --no-new-privs \
    env --unset=PYENV_ROOT --unset=XDG_CONFIG_HOME --unset=XDG_CACHE_HOME --chdir="$folder/a clone" \
    HOME="$folder/home" USER="$user" LOGNAME="$user" PATH=/usr/local/bin:/usr/bin:/bin \
    make --no-print-directory demo PYTHON=/usr/bin/python3 </dev/null || result=$?

left=
for _ in {1..10}; do # two seconds for the last one to end
    left=$(ps -o pid=,args= -u "$user") || break
    sleep 0.2
done
if [[ -n $left ]]; then
    echo "The demo left these processes behind:"
    echo "$left"
    awk '{ print $1 }' <<<"$left" | xargs --no-run-if-empty kill -KILL 2>/dev/null || true
    result=1
fi
exit "$result"

#!/usr/bin/env bash
# The tests of the real clients, tests/clients, with the versions that other Debians have.
#
#     tests/steps/clients.sh [TREE...] [-- PYTEST'S ARGUMENTS]
#
# TREE is bullseye (Debian 11), trixie (Debian 13) or sid (with experimental); without any, all three. The trees are
# .clients/TREE/ in the clone: 2 GB each, made once, in some minutes. What a tree has of its own are the clients, their
# session and the Python of the modules. The controller and the mail servers are this machine's, since the trees' Python
# may be too old for the one and their Dovecot needs other settings. Nothing is mounted when this has ended.
#
# The last lines are a table: tree, client, version, result. A tree that the package mirror does not serve is named
# there, and counts as a failure only if no other could be tested. Needs root, the package debootstrap and the packages
# of tests/setup/packages.txt. docs/evidence.md has the results.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
root=$PWD
. tests/steps/debian_tree.sh
enter_namespaces "to make trees of other Debians" "$@"

# What debootstrap installs, and what needs its packages to be set up first.
base=(ca-certificates curl iproute2 libnss3-tools openssl procps python3 util-linux)
clients=(
    thunderbird
    dbus dconf-cli evolution evolution-data-server gir1.2-camel-1.2 gir1.2-edataserver-1.2 gir1.2-secret-1
    gnome-keyring libglib2.0-bin python3-gi xdotool xvfb
)
recipe="${base[*]} ${clients[*]}" # a tree made by another is made anew
# The mail servers, which are this machine's.
servers=(/usr/bin/doveadm /usr/sbin/dovecot /usr/sbin/postfix /usr/sbin/postmap /usr/lib/postfix/sbin/master)
server_users=(postfix dovecot dovenull)
server_groups=(postfix postdrop dovecot dovenull)
# The tests wait for servers and clients a third of the time. Each worker has a mail lab of its own.
side_by_side='--numprocesses=3 --dist=worksteal'

make_tree() { # make_tree NAME TREE
    local options=()
    rm -rf "$2"
    debootstrap --variant=minbase --include="$(IFS=,; echo "${base[*]}")" "$1" "$2" || return
    if [[ $1 == sid ]]; then
        sed -n 's/ sid main/ experimental main/p' "$2/etc/apt/sources.list" >"$2/etc/apt/sources.list.d/experimental.list"
        # A mirror that stands still serves these two with a date of the past.
        echo 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/mirror"
        # A version of Perl for which nothing else is built yet can be in experimental.
        printf 'Package: src:perl\nPin: release a=experimental\nPin-Priority: -1\n' >"$2/etc/apt/preferences.d/perl"
        chroot "$2" apt-get update || return
        options=(--target-release experimental)
    fi
    # Debian starts a daemon as soon as it is installed, unless this file forbids it.
    printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d"
    chmod 755 "$2/usr/sbin/policy-rc.d"
    export DEBIAN_FRONTEND=noninteractive
    chroot "$2" apt-get install --yes --quiet --no-install-recommends "${options[@]}" "${clients[@]}" || return
    chroot "$2" apt-get clean
    echo "$recipe" >"$2/.made"
}

# use_this_python TREE: this clone and its .venv at their own paths. The .venv's Python is this machine's, and runs with
# the loader and the libraries of this machine.
use_this_python() {
    local python prefix stdlib libraries loader bin=$1/run/bin
    python=$(readlink --canonicalize .venv/bin/python)
    read -r prefix stdlib libraries < <(.venv/bin/python -c '
import sys, sysconfig
multiarch = sysconfig.get_config_var("MULTIARCH")
print(sys.base_prefix, sysconfig.get_path("stdlib"), f"/host/lib/{multiarch}:/host/usr/lib/{multiarch}")')
    loader=$(ldd "$python" | sed -n 's/^\s*\(\/\S*\/ld-linux\S*\) .*/\1/p')
    loader=$(readlink --canonicalize "$loader") # a link would lead to the tree's
    mkdir -p "$1$root" "$1$stdlib"
    mount --bind "$root" "$1$root"
    mount --bind "$stdlib" "$1$stdlib"
    cp --archive -H .venv/bin "$bin" # -H: a link would let the next line remove the Python that it leads to
    rm "$bin"/python*
    cat >"$bin/python" <<-END
		#!/bin/sh
		exec /host$loader --library-path /host$prefix/lib:$libraries --argv0 "\$0" /host$python "\$@"
	END
    chmod 755 "$bin/python"
    mount --bind "$bin" "$1$root/.venv/bin"
}

# use_these_servers TREE: commands that run this machine's mail servers, with the same /run and /tmp.
use_these_servers() {
    local name
    mkdir -p "$1/host"
    mount --rbind / "$1/host"
    mount --bind "$1/run" "$1/host/run"
    mount --bind /tmp "$1/tmp"
    for name in "${servers[@]}"; do
        mkdir -p "$1${name%/*}"
        printf '#!/bin/sh\nexec chroot /host %s "$@"\n' "$name" >"$1$name"
        chmod 755 "$1$name"
    done
    for name in "${server_users[@]}"; do
        grep --quiet "^$name:" "$1/etc/passwd" || getent passwd "$name" >>"$1/etc/passwd"
    done
    for name in "${server_groups[@]}"; do
        grep --quiet "^$name:" "$1/etc/group" || getent group "$name" >>"$1/etc/group"
    done
}

version() { # version TREE PACKAGE
    # shellcheck disable=SC2016 # dpkg-query expands it
    chroot "$1" dpkg-query --show --showformat='${source:Upstream-Version}' "$2" | sed 's/^[0-9]*://'
}

test_tree() { # test_tree NAME TREE [PYTEST'S ARGUMENT...]
    local name=$1 tree=$2 client files summary=$2/run/summary versions
    shift 2
    mount_tree "$tree"
    use_these_servers "$tree"
    use_this_python "$tree"
    cp /etc/hosts "$tree/etc/hosts" # has the name of this machine, which clients look up
    # Up to 140, Thunderbird looks for its AutoConfig file only here. The tests' driver brings it, and only for its own.
    ln --symbolic --force /etc/thunderbird/driver.cfg "$tree/usr/lib/thunderbird/driver.cfg"
    for client in Thunderbird Evolution; do
        if [[ $client == Thunderbird ]]; then
            versions=$(version "$tree" thunderbird)
            files=(tests/clients/test_{thunderbird_*,mail_upload,marionette,password_store,prefs_grammar,stored_passwords}.py)
        else
            versions=$(version "$tree" evolution)
            files=(tests/clients/test_{evolution_*,desktop_*,dconf_locks,keyfile_grammar,look_in_session,session_*}.py)
            files+=(tests/clients/test_folders_and_receiving.py) # with both
        fi
        echo "== Debian $name: $client $versions, modules on $(chroot "$tree" python3 --version)"
        run_in_tree "$tree" "clients: $name" "
            cd $root
            CI=true .venv/bin/python -m pytest -p no:cacheprovider -q $side_by_side \"\$@\"" "${files[@]}" "$@" 2>&1 | tee "$summary" ||
            failed=1
        row "$name" "$client" "$versions" "$(tail -n 1 "$summary")"
    done
    umount --recursive --lazy "$tree" 2>/dev/null || true # what is mounted twice goes at once, and fails then
    tested=1
}

row() { # row TREE CLIENT VERSION RESULT
    table+=$(printf '%-10s %-12s %-14s %s' "$@")$'\n'
}

names=()
while (($# > 0)) && [[ $1 != -- ]]; do
    names+=("$1")
    shift
done
(($# == 0)) || shift
((${#names[@]} > 0)) || names=(bullseye trixie sid)

tested=0 failed=0 table=
mkdir -p "$root/.clients"
for name in "${names[@]}"; do
    tree=$root/.clients/$name
    if [[ ! -e $tree/.made || $(<"$tree/.made") != "$recipe" ]]; then
        echo "Making a tree of Debian $name ..."
        if ! make_tree "$name" "$tree" >"$tree.log" 2>&1 </dev/null; then
            echo "$name: no tree (the end of $tree.log):"
            tail -n 5 "$tree.log"
            rm -rf "$tree"
            row "$name" - - "not served, see $tree.log"
            continue
        fi
    fi
    test_tree "$name" "$tree" "$@"
done
printf '\n%s' "$table"
((tested && !failed))

#!/usr/bin/env bash
# The tests of the real Thunderbird that need neither mail servers nor Ansible, with the versions of other Debians.
#
#     tests/steps/clients.sh [TREE...]     TREE: sid (with experimental), the default, or trixie
#
# The trees are .clients/TREE/ in the clone: 1 GB each, made once, in some minutes. Nothing of them is mounted when this
# has ended. A tree whose packages are not served is named as such, and the others are tested. Needs root and the
# package debootstrap. docs/evidence.md has the results.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
root=$PWD
. tests/steps/debian_tree.sh
enter_namespaces "to make trees of other Debians" "$@"

packages=(ca-certificates iproute2 libnss3-tools procps python3 python3-venv util-linux)
tests=(tests/clients/test_stored_passwords.py)

make_tree() { # make_tree NAME TREE
    rm -rf "$2"
    debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" "$1" "$2" || return
    local options=()
    if [[ $1 == sid ]]; then
        sed -n 's/ sid main/ experimental main/p' "$2/etc/apt/sources.list" >"$2/etc/apt/sources.list.d/experimental.list"
        chroot "$2" apt-get update || return
        options=(--target-release experimental)
    fi
    chroot "$2" apt-get install --yes --quiet --no-install-recommends "${options[@]}" thunderbird || return
    touch "$2/.made"
}

# What these tests import, as tests/requirements.txt pins it.
tools='cffi|cryptography|hypothesis|iniconfig|packaging|pluggy|pycparser|pygments|pytest|sortedcontainers'

test_tree() { # test_tree NAME TREE
    local python
    mount_tree "$2" || return
    python=$(chroot "$2" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])') || return
    awk -v tools="^($tools)==" '/^[^ #]/ { wanted = $0 ~ tools } wanted' tests/requirements.txt >"$2/srv/tools.txt"
    # The packages are fetched from outside the tree: how this machine reaches its package registry is set up there.
    "$root/.venv/bin/python" -m pip --quiet download --dest "$2/srv/wheels" --python-version "$python" \
        --only-binary=:all: --require-hashes --requirement "$2/srv/tools.txt" || return
    copy_clone "$2" || return
    run_in_tree "$2" "clients: $1" "
        cd $clone
        python3 -m venv .venv
        .venv/bin/pip --quiet install --no-index --find-links /srv/wheels --require-hashes -r /srv/tools.txt
        dpkg-query --show thunderbird
        CI=true .venv/bin/python -m pytest -q \"\$@\"" "${tests[@]}"
}

failed=()
mkdir -p "$root/.clients"
(($# > 0)) || set -- sid
for name; do
    tree=$root/.clients/$name
    if [[ ! -e $tree/.made ]]; then
        echo "Making a tree of Debian $name ..."
        if ! make_tree "$name" "$tree" >"$tree.log" 2>&1; then
            echo "$name: no tree (the end of $tree.log):"
            tail -n 5 "$tree.log"
            failed+=("$name")
            continue
        fi
    fi
    test_tree "$name" "$tree" || failed+=("$name")
done
((${#failed[@]} == 0)) || { echo "Failed: ${failed[*]}" >&2; exit 1; }

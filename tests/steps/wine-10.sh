#!/usr/bin/env bash
# The tests of tests/wine on Debian 13, which has Wine 10, in a tree of its own that debootstrap makes.
#
#     tests/steps/wine-10.sh [pytest's arguments]
#
# The tree is .wine-10/ in the clone: 2 GB, made once, in some minutes. Nothing of it is mounted when this has ended.
# Needs root and the package debootstrap. Tests that need mail servers or other hosts, which the tree does not have, are
# left out.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
root=$PWD
tree=${WINE_10_TREE:-$root/.wine-10}
. tests/steps/debian_tree.sh
enter_namespaces "to make a tree of Debian 13" "$@"

packages=(ca-certificates curl iproute2 openssl procps python3 python3-venv util-linux)
if [[ ! -e $tree/.made ]]; then
    echo "Making a tree of Debian 13 ..."
    rm -rf "$tree"
    debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" trixie "$tree" >"$root/.wine-10.log"
    chroot "$tree" apt-get install --yes --quiet --no-install-recommends wine wine64 >>"$root/.wine-10.log"
    rm "$root/.wine-10.log"
    touch "$tree/.made"
fi

mount_tree "$tree"

# The packages are fetched from outside the tree: how this machine reaches its package registry is set up there.
"$root/.venv/bin/python" -m pip --quiet download --dest "$tree/srv/wheels" --python-version 3.13 --only-binary=:all: \
    --require-hashes --requirement tests/requirements.txt

copy_clone "$tree"
if (($# == 0)); then
    set -- tests/wine --ignore=tests/wine/test_mail_verify.py --ignore=tests/wine/test_mixed_office.py \
        --ignore=tests/wine/test_verify_from_pc.py
fi
run_in_tree "$tree" wine-10 "
    cd $clone
    export PIP_CONFIG_FILE=/dev/null PIP_NO_INDEX=1 PIP_FIND_LINKS=/srv/wheels
    python3 tests/setup/environment.py tests
    tests/setup/tree.sh link
    .venv/bin/python -m pytest -q \"\$@\"" "$@"

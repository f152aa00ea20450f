#!/usr/bin/env bash
# The unit tests of what runs on hosts with every Python from 3.8 on, and the demo with every one from 3.11 on.
#
#     tests/steps/pythons.sh [VERSION...]     by default all from 3.8 to 3.14
#
# A Python is taken from the PATH, from pyenv, or, if it is the one of Debian sid, from a tree of sid, where it is the
# only one: .pythons/sid/ in the clone, 300 MB, made once. Needs root and the package debootstrap for that tree only.
# What this machine has no Python for is named at the end. docs/evidence.md has the results.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
root=$PWD
. tests/steps/debian_tree.sh
((EUID != 0)) || enter_namespaces "to make a tree of Debian sid" "$@"

sid=$root/.pythons/sid
packages=(ca-certificates make procps python3 python3-venv util-linux)

python_of() { # python_of VERSION: the path of such a Python that works
    local candidate
    for candidate in "$(type -P "python$1" || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/"python$1"; do
        [[ -x $candidate ]] && "$candidate" --version >/dev/null 2>&1 && echo "$candidate" && return
    done
    return 1
}

# The part of ansible-core that goes to hosts: 2.19's runs on 3.8, the newest's on 3.9 to 3.14.
targets_of() { # targets_of VERSION FOLDER
    local environment=.venv-newest-core
    [[ $1 != 3.8 ]] || environment=.venv
    mkdir -p "$2/ansible"
    cp -rL "$environment"/lib/python3*/site-packages/ansible/{__init__.py,_vendor,module_utils,release.py} "$2/ansible"
}

# In a copy of the clone; $1 is the Python, $2 its version.
# shellcheck disable=SC2016 # another shell expands it
check='
    "$1" -m venv .venv-target
    .venv-target/bin/python -m pip --quiet --disable-pip-version-check --no-input \
        install --require-hashes --requirement tests/setup/requirements-3.8.txt
    CHARTER_MAIL_TESTS=sample PYTHONPATH=$PWD/targets .venv-target/bin/python -m pytest -q --workers=2 \
        tests/unit/plugins/module_utils
    [ "${2#3.}" -lt 11 ] || make --no-print-directory demo PYTHON="$1"'

check_here() { # check_here VERSION PYTHON
    local folder result=0
    folder=$(mktemp --directory)
    tests/setup/tree.sh files "$folder/clone"
    targets_of "$1" "$folder/clone/targets"
    (cd "$folder/clone" && bash -euc "$check" check "$2" "$1" </dev/null) || result=$?
    rm -rf "$folder"
    return "$result"
}

make_sid() {
    [[ ! -e $sid.made ]] || return 0
    ((EUID == 0)) && command -v debootstrap >/dev/null || return
    echo "Making a tree of Debian sid ..."
    rm -rf "$sid"
    mkdir -p "${sid%/*}"
    debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" sid "$sid" >"$sid.log" 2>&1 || return
    touch "$sid.made"
}

check_in_sid() { # check_in_sid VERSION: fails with 3 where sid has another one
    make_sid || return 3
    [[ -x $sid/usr/bin/python$1 ]] || return 3
    mountpoint --quiet "$sid" || mount_tree "$sid"
    rm -rf "$sid$clone" "$sid/srv/wheels"
    local file
    for file in requirements-3.8.txt requirements-newest-core.txt; do
        # The packages are fetched from outside the tree: how this machine reaches its registry is set up there.
        "$root/.venv/bin/python" -m pip --quiet download --dest "$sid/srv/wheels" --python-version "$1" \
            --only-binary=:all: --require-hashes --requirement "tests/setup/$file" || return
    done
    copy_clone "$sid" || return
    targets_of "$1" "$sid$clone/targets"
    run_in_tree "$sid" "python $1" "
        export PIP_NO_INDEX=1 PIP_FIND_LINKS=/srv/wheels
        cd $clone
        $check" "/usr/bin/python$1" "$1" </dev/null
}

(($# > 0)) || set -- 3.8 3.9 3.10 3.11 3.12 3.13 3.14
passed=() missing=() failed=()
for version; do
    result=0
    echo "== Python $version"
    if python=$(python_of "$version"); then
        check_here "$version" "$python" || result=1
    else
        check_in_sid "$version" || result=$?
    fi
    case $result in
        0) passed+=("$version") ;;
        3) missing+=("$version") ;;
        *) failed+=("$version") ;;
    esac
done
echo "Passed: ${passed[*]:-none}. Not on this machine: ${missing[*]:-none}. Failed: ${failed[*]:-none}."
((${#failed[@]} == 0))

#!/usr/bin/env bash
# Ansible's own sanity tests: of the built collection, as users get it, on every Python of a target that this machine has.
#
#   tests/steps/sanity.sh [FOLDER [TEST ...]]
#
# FOLDER is the Python environment with the ansible-core to test with, .venv by default. Without TEST, all tests run.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

# pyenv's shims answer even for a Python that is switched off: the real ones take their place.
path=$(tr ':' '\n' <<<"$PATH" | grep --invert-match '/shims$' | paste --serial --delimiters=:)
for folder in "${PYENV_ROOT:-${HOME-}/.pyenv}"/versions/3.{8,9,10,11,12,13}.*/bin; do
    [[ -d $folder ]] && path=$path:$folder
done
export PATH=$PWD/${1:-.venv}/bin:$path
tests=()
for name in "${@:2}"; do
    tests+=(--test "$name")
done

if ! command -v python3.8 >/dev/null && [[ -n ${CI-} ]]; then
    echo "There is no Python 3.8, the oldest one of a target." >&2
    exit 1
fi
python tests/bootstrap_pip.py

# Away from the clone, as ansible-test follows links, writes into the collection and asks git about it.
scratch=$(mktemp --directory)
trap 'rm -rf "$scratch"' EXIT
tests/setup/tree.sh build "$scratch"
ANSIBLE_COLLECTIONS_PATH=$scratch ansible-galaxy collection install --offline --collections-path "$scratch" "$scratch"/*.tar.gz
install -D --mode=644 tests/config.yml "$scratch/ansible_collections/charter/mail/tests/config.yml"
cd "$scratch/ansible_collections/charter/mail"
# By the Python: before ansible-core 2.19, the program does not start where the path of its Python has a space.
python "$(command -v ansible-test)" sanity --local --color no --truncate 0 "${tests[@]}" </dev/null

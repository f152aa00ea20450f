#!/usr/bin/env bash
# Writes the requirements files (requirements*.txt) anew from what is asked for (requirements*.in): every package that is
# needed in the end, with its version and the hash of every file of that release, for all systems and Pythons. Versions
# that are pinned already stay, unless the .in file asks for others.
#
#   tests/setup/pin.sh               needs uv (https://docs.astral.sh/uv); asks the package index that uv is set up with
#   tests/setup/pin.sh --upgrade     take the newest versions of everything that the .in files do not pin
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

pin() { # PYTHON FILE [OPTION ...]
    local python=$1 file=$2
    shift 2
    uv pip compile --quiet --universal --python-version "$python" --generate-hashes --no-annotate \
        --custom-compile-command tests/setup/pin.sh "$@" "$file.in" --output-file "$file.txt"
}

pin 3.11 demo/requirements "$@"
pin 3.11 requirements --constraint demo/requirements.txt "$@"
pin 3.8 setup/requirements-3.8 "$@"
pin 3.11 setup/requirements-oldest-core "$@"
pin 3.12 setup/requirements-newest-core "$@"
for version in 23.1.2 24.2 25.2; do
    pin 3.11 "setup/requirements-pip-$version" "$@"
done

#!/usr/bin/env bash
# Lays the collection out as tools want to find it.
#
#   tree.sh link           .tree/ansible_collections/charter/mail, links to this clone: always up to date
#   tree.sh files FOLDER   git's files, straight into FOLDER
#   tree.sh build FOLDER   the built collection, FOLDER/charter-mail-VERSION.tar.gz, from git's files alone; two builds
#                          of the same files are equal to the byte
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
place=ansible_collections/charter/mail

link() {
    local entry target
    mkdir -p ".tree/$place"
    for entry in *; do
        target=../../../../$entry
        [[ $entry == dist ]] && continue
        # A right link stays, as something else may be reading through it.
        [[ $(readlink ".tree/$place/$entry") == "$target" ]] ||
            ln --symbolic --force --no-dereference "$target" ".tree/$place/$entry"
    done
    find ".tree/$place" -xtype l -delete # what has gone from the clone since
}

files() {
    mkdir -p "$1"
    # Git also lists files that were deleted and not yet staged: hence --ignore-failed-read.
    git ls-files -z --cached --others --exclude-standard |
        tar --create --null --files-from=- --ignore-failed-read --warning=no-failed-read |
        tar --extract --directory="$1"
}

build() {
    files "$1/source"
    ansible-galaxy collection build --output-path "$1" "$1/source"
    python3 tests/setup/reproducible.py "$1"/*.tar.gz
}

case ${1-} in
    link) link ;;
    files) files "$2" ;;
    build) build "$2" ;;
    *)
        sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac

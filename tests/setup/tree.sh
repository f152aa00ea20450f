#!/usr/bin/env bash
# Lays the collection out as ansible_collections/charter/mail, as many tools want to find it.
#
#   tree.sh link           in .tree, by links to this clone: always up to date, nothing is copied
#   tree.sh copy FOLDER    in FOLDER, a real copy of git's files: ansible-test and the build accept no links
#   tree.sh files FOLDER   git's files alone, straight into FOLDER
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
place=ansible_collections/charter/mail

link() {
    local entry
    mkdir -p ".tree/$place"
    for entry in *; do
        [[ $entry == dist ]] || ln --symbolic --force --no-dereference "../../../../$entry" ".tree/$place/$entry"
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

copy() {
    files "$1/$place"
    # ansible-test asks git which files there are.
    git -C "$1/$place" init --quiet
    git -C "$1/$place" add --all
}

case ${1-} in
    link) link ;;
    copy) copy "$2" ;;
    files) files "$2" ;;
    *)
        sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac

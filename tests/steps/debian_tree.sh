#!/usr/bin/env bash
# Functions for tests in a tree of another Debian, which debootstrap makes. Sourced; needs root.

clone=/srv/charter.mail # where the tree has this clone

# enter_namespaces REASON ARGUMENT...: starts the script anew in namespaces for mounts and processes, of which nothing
# can be left. Returns in there.
enter_namespaces() {
    local reason=$1
    shift
    (($$ != 1)) || return 0 # the first process of its namespace
    ((EUID == 0)) || { echo "needs root, $reason" >&2; exit 3; }
    command -v debootstrap >/dev/null || { echo "needs the package debootstrap" >&2; exit 3; }
    exec unshare --mount --pid --fork --kill-child "$0" "$@"
}

# mount_tree TREE
mount_tree() {
    mount --bind "$1" "$1" # a network namespace wants a mount to begin with
    mount -t proc proc "$1/proc"
    mount -t sysfs sys "$1/sys"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs run "$1/run"
}

# copy_clone TREE: the files of this clone as they are, with no .venv and nothing else that make has made.
copy_clone() {
    mkdir -p "$1$clone"
    git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- --ignore-failed-read |
        tar --extract --directory="$1$clone"
}

# run_in_tree TREE NAME SCRIPT ARGUMENT...: with nothing of this machine's environment.
run_in_tree() {
    env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 chroot "$1" \
        /bin/bash -euc "$3" "$2" "${@:4}"
}

#!/usr/bin/env bash
# The first process of a host: builds the host's file system on top of the machine's, then becomes its SSH server.
#
#   boot.sh DIRECTORY NAME HIDDEN...
#
# It runs in the host's own namespaces (mount, pid, uts, ipc, net). DIRECTORY contains seed/ (files that replace the
# machine's) and gets disk/ (what the host writes, in memory) and root/. HIDDEN directories are empty on the host.
set -euo pipefail
directory=$1 name=$2
shift 2

mount --make-rprivate /
hostname "$name"
mkdir "$directory/disk" "$directory/root"
mount -t tmpfs -o mode=755,size=256m "$name" "$directory/disk"
cd "$directory/disk"
mkdir upper work hidden
# The upper layer is in memory: overlayfs does not allow it below its own lower layer.
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work "$name" "$directory/root"
root=$directory/root

for folder in "$@"; do
    [[ -d $root$folder ]] || continue
    own=$(mktemp --directory hidden/XXXXXX)
    chmod --reference="$root$folder" "$own"
    chown --reference="$root$folder" "$own"
    mount --bind "$own" "$root$folder"
done
mkdir -p "$root"/run/sshd "$root"/dev/{pts,shm}
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
ln --symbolic pts/ptmx "$root/dev/ptmx"
ln --symbolic /proc/self/fd "$root/dev/fd"
chmod 1777 "$root/dev/shm"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
cp --recursive --no-dereference --preserve=mode,ownership --remove-destination "$directory/seed/." "$root/"

cd "$root"
pivot_root . .
umount --lazy .
# Root of a host must not be able to change the machine.
exec setpriv --bounding-set=-mknod,-sys_boot,-sys_module,-sys_rawio,-sys_time,-syslog \
    env --ignore-environment PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    /usr/sbin/sshd -D -e -f /etc/ssh/sshd_config </dev/null

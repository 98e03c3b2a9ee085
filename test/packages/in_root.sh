#!/bin/bash
# in_root.sh ROOT FOLDER SCRIPT - runs a shell script in a copy of a root file system that is gone afterwards, with
# FOLDER at /packages. ROOT itself stays as it is. A script whose first line says "# outside" runs beside the copy
# instead, with its path as $1. Needs root, and mount and pid namespaces of its own.
set -eu
root=$1 folder=$2 script=$3
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$root,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
cd /mnt/root
mkdir -p packages
mount --bind "$folder" packages
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755,nosuid tmpfs dev
mkdir dev/shm
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
  IFS=: read -r name major minor <<< "$node"
  mknod -m 666 "dev/$name" c "$major" "$minor"
done
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive
if head -1 "$script" | grep -q '^# outside$'; then exec bash -eu "$script" /mnt/root; fi
cp "$script" run/script
exec chroot . bash -eu /run/script

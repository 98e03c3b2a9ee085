#!/bin/sh
# namespace.sh COMMAND...: runs COMMAND where /etc/hookvisor, /run/hookvisor and /var/log/hookvisor are private.
#
# Called in a mount namespace of its own (unshare --mount): nothing of it is seen outside, and nothing stays.
set -eu
layers=$(mktemp -d)
mount -t tmpfs -o mode=755 tmpfs "$layers"
mkdir "$layers/upper" "$layers/work"
mount -t overlay -o "lowerdir=/etc,upperdir=$layers/upper,workdir=$layers/work" overlay /etc
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/log
mkdir -p /etc/hookvisor /run/hookvisor /var/log/hookvisor
exec "$@"

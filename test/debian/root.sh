#!/bin/bash
# root.sh DIRECTORY SUITE PACKAGE... - a root file system of a Debian suite with these packages and what they need,
# made by debootstrap. The directory appears when it is whole. Needs root, a mount namespace of its own, debootstrap
# and a mirror (DEBIAN_MIRROR).
set -euo pipefail
. "$(dirname "$0")/mounts.sh"
directory=$1 suite=$2
shift 2
new=$directory.new
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

rm -rf --one-file-system "$new" "$directory"
mkdir -p "$new"
# From where this machine has its own packages; where it does not say, from debootstrap's own default.
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1 || true)}
debootstrap --variant=minbase "$suite" "$new" ${mirror:+"$mirror"}

# Debian's own switch against starting services while packages are installed.
printf '#!/bin/sh\nexit 101\n' > "$new/usr/sbin/policy-rc.d"
chmod 755 "$new/usr/sbin/policy-rc.d"
# A mirror may lag behind sid by more than the week that sid's lists are valid; they are signed all the same.
printf '%s\n' 'Acquire::Languages "none";' 'Acquire::Check-Valid-Until "false";' > "$new/etc/apt/apt.conf.d/90test"
cp /etc/resolv.conf "$new/etc/resolv.conf"
kernel_files "$new"
# The lists stay, with those of the sources: what is added later is of the same day.
sed 's/^deb /deb-src /' "$new/etc/apt/sources.list" > "$new/etc/apt/sources.list.d/source.list"
chroot "$new" apt-get update -q
chroot "$new" apt-get install -q --yes --no-install-recommends "$@"
chroot "$new" apt-get clean
umount --recursive --lazy "$new/dev" "$new/proc"
mv "$new" "$directory"

#!/bin/bash
# make_root.sh DIRECTORY SUITE - the smallest root file system of a Debian suite, made by debootstrap. The directory
# appears when it is whole. Needs root, a mount namespace of its own, debootstrap and a mirror (DEBIAN_MIRROR).
set -euo pipefail
directory=$1 suite=$2
new=$directory.new
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

rm -rf --one-file-system "$new" "$directory"
mkdir -p "$new"
# From where this machine has its own packages; where it does not say, from debootstrap's own default.
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | head -n 1 || true)}
debootstrap --variant=minbase "$suite" "$new" ${mirror:+"$mirror"}
rm -rf "$new"/var/cache/apt/archives/*.deb
mv "$new" "$directory"

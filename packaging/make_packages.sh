#!/bin/sh
# Usage: make_packages.sh PROGRAM OUTPUT
# Makes packages of this tree in OUTPUT: a .deb, an .rpm and a tarball with an install script. FORMATS="deb rpm tar"
# says which; unset, those whose tools are here. RELEASE (1) is the package's own number behind the version, LEVEL (6)
# how hard to compress: 0 is quick and for tests.
# With the same SOURCE_DATE_EPOCH, by default the last commit's time, they are the same, byte for byte.
set -eu
umask 022
export LC_ALL=C TZ=UTC

program=$1
output=$2
tree=$(pwd)
RELEASE=${RELEASE-1}
LEVEL=${LEVEL-6}
version=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' deno.json)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH

has() { command -v "$1" > /dev/null; }
if [ -z "${FORMATS-}" ]; then
  FORMATS=tar
  if has dpkg-buildpackage && has dh; then FORMATS="$FORMATS deb"; else echo "packages: no .deb: it needs dpkg-dev and debhelper"; fi
  if has rpmbuild; then FORMATS="$FORMATS rpm"; else echo "packages: no .rpm: it needs rpmbuild"; fi
fi

mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$(mktemp -d "$output/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# Builds that make starts must not think that they belong to this one.
unset MAKEFLAGS MAKELEVEL MFLAGS

# quietly COMMAND...: what it prints is shown when it fails.
quietly() {
  "$@" > "$work/log" 2>&1 || { cat "$work/log" >&2; echo "packages: $1 failed" >&2; exit 1; }
}

made() { echo "packages: $output/$1, $(($(stat -c %s "$output/$1") / 1000000)) MB"; }

make_deb() {
  mkdir -p "$work/deb/hookvisor"
  cp -r packaging/debian "$work/deb/hookvisor/debian"
  # In the tree the version is a release's; a package of a tree with another version is that version's.
  sed -i "1s/([^)]*)/($version-$RELEASE)/" "$work/deb/hookvisor/debian/changelog"
  (cd "$work/deb/hookvisor" && HOOKVISOR_TREE=$tree LEVEL=$LEVEL quietly dpkg-buildpackage -b -us -uc -d)
  for deb in "$work"/deb/*.deb; do
    mv "$deb" "$output/"
    made "${deb##*/}"
  done
}

make_rpm() {
  selinux=--with
  [ -e /usr/share/selinux/devel/Makefile ] || { selinux=--without; echo "packages: no SELinux module: no policy headers here"; }
  sed "s/^Version:.*/Version:        $version/; s/^Release:.*/Release:        $RELEASE%{?dist}/" \
    packaging/rpm/hookvisor.spec > "$work/hookvisor.spec"
  quietly rpmbuild -bb "$selinux" selinux --define "_topdir $work/rpm" --define "hookvisor_tree $tree" \
    --define "_buildhost localhost" --define "use_source_date_epoch_as_buildtime 1" \
    --define "clamp_mtime_to_source_date_epoch 1" --define "_binary_payload w$((LEVEL + 1)).zstdio" "$work/hookvisor.spec"
  for rpm in "$work"/rpm/RPMS/*/*.rpm; do
    mv "$rpm" "$output/"
    made "${rpm##*/}"
  done
}

make_tar() {
  name=hookvisor-$version-linux-$(uname -m)
  sh packaging/stage.sh "$program" "$work/$name"
  find "$work/$name" -name '*.8' -exec gzip -9n {} +
  tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu --mtime="@$SOURCE_DATE_EPOCH" \
    -cf "$work/$name.tar" "$name"
  gzip -n "-$((LEVEL + 1))" "$work/$name.tar"
  mv "$work/$name.tar.gz" "$output/"
  made "$name.tar.gz"
}

for format in $FORMATS; do "make_$format"; done

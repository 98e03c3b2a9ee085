#!/bin/bash
# split_daemons.sh DIRECTORY ROOT TOOLS - libvirt's split daemons, which Debian does not package, built from the source
# package of the libvirt that is in ROOT (see root.sh): they load that libvirt's own library and drivers. They are built
# with the compiler and libraries of the root TOOLS: sid's often do not fit together. DIRECTORY gets usr/sbin, their
# units and the AppArmor profile, and appears when it is whole. Needs root and a mount namespace of its own.
set -euo pipefail
. "$(dirname "$0")/mounts.sh"
directory=$1 root=$2 tools=$3 scratch=$1.new
daemons="virtqemud virtnetworkd virtlxcd virtproxyd"
packages="gcc gettext libacl1-dev libapparmor-dev libc6-dev libcap-ng-dev libglib2.0-dev libgnutls28-dev libjson-c-dev
  libnl-3-dev libnl-route-3-dev libpciaccess-dev libselinux1-dev libtirpc-dev libudev-dev libxml2-dev libxml2-utils
  meson ninja-build pkgconf python3-docutils xsltproc"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

rm -rf --one-file-system "$scratch" "$directory"
mkdir -p "$scratch"/kept "$scratch"/{build,source}/{upper,work,root}
for part in "build $tools" "source $root"; do
  here=$scratch/${part% *}
  mount -t overlay -o "lowerdir=${part#* },upperdir=$here/upper,workdir=$here/work" overlay "$here/root"
  cp /etc/resolv.conf "$here/root/etc/resolv.conf"
  kernel_files "$here/root"
  mkdir "$here/root/source"
done
new=$scratch/build/root
# Upstream's archive alone: Debian's changes to it are not in these programs.
chroot "$scratch/source/root" sh -c "cd /source && apt-get source -q --download-only --tar-only libvirt"
tar -x --strip-components=1 -C "$new/source" -f "$scratch"/source/root/source/libvirt_*.orig.tar.*
# shellcheck disable=SC2086
chroot "$new" apt-get install -q --yes --no-install-recommends $packages

chroot "$new" sh -euc '
  cd /source
  libdir=/usr/lib/$(gcc -print-multiarch)
  meson setup build --prefix=/usr --sysconfdir=/etc --localstatedir=/var --libdir="$libdir" --libexecdir=/usr/lib/libvirt -Drunstatedir=/run \
    -Dauto_features=disabled -Ddriver_remote=enabled -Ddriver_libvirtd=enabled -Ddriver_qemu=enabled \
    -Ddriver_lxc=enabled -Ddriver_network=enabled -Dapparmor=enabled -Dapparmor_profiles=enabled -Dselinux=enabled \
    -Dsecdriver_apparmor=enabled -Dcapng=enabled -Djson_c=enabled -Dlibnl=enabled -Dudev=enabled \
    -Dpciaccess=enabled -Dqemu_user=libvirt-qemu -Dqemu_group=libvirt-qemu
  targets=
  for daemon; do targets="$targets src/$daemon"; done
  ninja -C build $targets' sh $daemons

kept=$scratch/kept
mkdir -p "$kept"/usr/{sbin,lib/systemd/system} "$kept/etc/apparmor.d"
for daemon in $daemons; do
  install -s "$new/source/build/src/$daemon" "$kept/usr/sbin/"
  cp "$new/source/build/src/$daemon".service "$new/source/build/src/$daemon"*.socket "$kept/usr/lib/systemd/system/"
done
cp "$new/source/build/src/security/apparmor/usr.sbin.virtqemud" "$kept/etc/apparmor.d/"
umount --recursive --lazy "$new" "$scratch/source/root"
mv "$kept" "$directory"
rm -rf --one-file-system "$scratch"

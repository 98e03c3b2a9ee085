#!/bin/sh
# Usage: make_module.sh OUTPUT
# Compiles the SELinux module for the policy whose headers are on this host, into OUTPUT/hookvisor.pp.bz2.
set -eu

output=$1
headers=${SELINUX_HEADERS:-/usr/share/selinux/devel}
here=$(cd "$(dirname "$0")" && pwd)

[ -e "$headers/Makefile" ] ||
  { echo "selinux: $headers/Makefile is missing: install selinux-policy-devel (Debian: selinux-policy-dev)" >&2; exit 1; }
mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$(mktemp -d "$output/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
cp "$here"/hookvisor.te "$here"/hookvisor.fc "$here"/hookvisor.if "$work/"
cd "$work"
unset MAKEFLAGS MAKELEVEL MFLAGS
# Each checkmodule writes its newest format, which older policies' tools cannot read: Debian 13's 22, of which RHEL 9's
# know 21. All know 19, which RHEL 8's writes unasked, having no -c. To a variable of its command line a Makefile adds
# nothing, so -M is here too.
format=
if checkmodule -h 2>&1 | grep -q -e ' -c '; then format='-c 19'; fi
checkmodule="\$(BINDIR)/checkmodule $format \$(if \$(filter mls mcs,\$(TYPE)),-M)"
make -f "$headers/Makefile" CHECKMODULE="$checkmodule" hookvisor.pp > log 2>&1 || { cat log >&2; exit 1; }
# The same bytes each time: bzip2 keeps no date.
bzip2 -9 -c hookvisor.pp > "$output/hookvisor.pp.bz2"
mv hookvisor.pp "$output/"

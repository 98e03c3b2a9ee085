#!/bin/sh
# Usage: install.sh [--prefix=DIR] [--destdir=DIR] [--uninstall]
# Puts hookvisor's files from the folder this script is in below DIR (default /usr/local), and makes the empty
# /etc/hookvisor/handlers. Variables may say more: PREFIX and DESTDIR as the options, SYSCONFDIR (/etc),
# UNITDIR (PREFIX/lib/systemd/system), ZSHDIR (PREFIX/share/zsh/site-functions), LICENSEDIR
# (PREFIX/share/licenses/hookvisor; empty: no licences, for who installs them otherwise).
# With --uninstall the same files are removed, and the directories that are empty then; configuration, handlers and
# records stay.
set -eu
umask 022

from=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
remove=
for word in "$@"; do
  case $word in
    --prefix=*) PREFIX=${word#*=} ;;
    --destdir=*) DESTDIR=${word#*=} ;;
    --uninstall) remove=yes ;;
    --help) sed -n '2,/^set/s/^# //p' "$0"; exit 0 ;;
    *) echo "install.sh: $word is not an option of this script; see --help" >&2; exit 2 ;;
  esac
done
PREFIX=${PREFIX-/usr/local}
case $PREFIX in /*) ;; *) echo "install.sh: the prefix is \"$PREFIX\": give an absolute path" >&2; exit 2 ;; esac
PREFIX=${PREFIX%/}
DESTDIR=${DESTDIR-}
SYSCONFDIR=${SYSCONFDIR-/etc}
UNITDIR=${UNITDIR-$PREFIX/lib/systemd/system}
ZSHDIR=${ZSHDIR-$PREFIX/share/zsh/site-functions}
LICENSEDIR=${LICENSEDIR-$PREFIX/share/licenses/hookvisor}
[ -e "$from/bin/hookvisor" ] || { echo "install.sh: there is no bin/hookvisor in $from, beside this script" >&2; exit 1; }

# place FILE: where a file of the folder goes; nothing for one that is not wanted.
place() {
  case $1 in
    lib/systemd/system/*) echo "$UNITDIR/${1##*/}" ;;
    share/zsh/site-functions/*) echo "$ZSHDIR/${1##*/}" ;;
    share/licenses/hookvisor/*) [ -z "$LICENSEDIR" ] || echo "$LICENSEDIR/${1##*/}" ;;
    *) echo "$PREFIX/$1" ;;
  esac
}

files=$(cd "$from" && find bin lib share -type f | LC_ALL=C sort)

# Directories that a system has without us.
theirs=" / /etc /home /opt /srv /usr /usr/local"
for top in /usr /usr/local; do theirs="$theirs $top/bin $top/lib $top/share $top/share/man"; done

# prune DIRECTORY: removes it, and those above it, while they are empty.
prune() {
  directory=$1
  while [ -n "$directory" ]; do
    [ -n "$DESTDIR" ] || case "$theirs " in *" $directory "*) return 0 ;; esac
    rmdir "$DESTDIR$directory" 2> /dev/null || return 0
    directory=${directory%/*}
  done
}

if [ -n "$remove" ]; then
  status=0
  if [ -z "$DESTDIR" ] && [ -x "$PREFIX/bin/hookvisor" ]; then
    "$PREFIX/bin/hookvisor" uninstall || {
      echo "install.sh: see that no link in libvirt's hooks directory leads to $PREFIX/bin/hookvisor" >&2
      status=1
    }
  fi
  for file in $files; do
    to=$(place "$file")
    [ -z "$to" ] || rm -f "$DESTDIR$to"
  done
  for file in $files; do
    to=$(place "$file")
    [ -z "$to" ] || [ ! -d "$DESTDIR${to%/*}" ] || prune "${to%/*}"
  done
  prune "$SYSCONFDIR/hookvisor/handlers"
  [ -n "$DESTDIR" ] || echo "hookvisor is removed; what you have in $SYSCONFDIR/hookvisor and /var/log/hookvisor stays"
  exit $status
fi

# In a replacement of sed's these are special.
escaped=$(printf '%s\n' "$PREFIX" | sed 's/[&|\\]/\\&/g')

for file in $files; do
  to=$(place "$file")
  [ -n "$to" ] || continue
  mode=644
  [ "$file" != bin/hookvisor ] || mode=755
  mkdir -p "$DESTDIR${to%/*}"
  # A new file, then a rename: hook calls run the old program or the new one, never a part of one.
  case $file in
    lib/systemd/system/*)
      sed "s|/usr/bin/hookvisor|$escaped/bin/hookvisor|g" "$from/$file" > "$DESTDIR$to.new"
      chmod 644 "$DESTDIR$to.new"
      touch -r "$from/$file" "$DESTDIR$to.new"
      ;;
    *) install -p -m "$mode" "$from/$file" "$DESTDIR$to.new" ;;
  esac
  mv -f "$DESTDIR$to.new" "$DESTDIR$to"
done
mkdir -p "$DESTDIR$SYSCONFDIR/hookvisor/handlers"

[ -z "$DESTDIR" ] || exit 0
echo "hookvisor is in $PREFIX/bin; put handlers into $SYSCONFDIR/hookvisor/handlers, then: $PREFIX/bin/hookvisor install --reload"

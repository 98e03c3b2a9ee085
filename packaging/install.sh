#!/bin/sh
# Usage: install.sh [--prefix=DIR] [--destdir=DIR] [--uninstall]
# Puts hookvisor's files from the folder this script is in below DIR (default /usr/local), and makes the empty
# /etc/hookvisor/handlers. Variables may say more: PREFIX and DESTDIR as the options, SYSCONFDIR (/etc),
# UNITDIR (PREFIX/lib/systemd/system), ZSHDIR (PREFIX/share/zsh/site-functions), LICENSEDIR
# (PREFIX/share/licenses/hookvisor; empty: no licences, for who installs them otherwise).
# With --uninstall the same files are removed; configuration, handlers and records stay.
set -eu
umask 022

from=$(cd "$(dirname "$0")" && pwd)
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
DESTDIR=${DESTDIR-}
SYSCONFDIR=${SYSCONFDIR-/etc}
UNITDIR=${UNITDIR-$PREFIX/lib/systemd/system}
ZSHDIR=${ZSHDIR-$PREFIX/share/zsh/site-functions}
LICENSEDIR=${LICENSEDIR-$PREFIX/share/licenses/hookvisor}
case $PREFIX in /*) ;; *) echo "install.sh: the prefix is \"$PREFIX\": give an absolute path" >&2; exit 2 ;; esac

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

if [ -n "$remove" ]; then
  [ -n "$DESTDIR" ] || [ ! -x "$PREFIX/bin/hookvisor" ] || "$PREFIX/bin/hookvisor" uninstall
  for file in $files; do
    to=$(place "$file")
    [ -z "$to" ] || rm -f "$DESTDIR$to"
  done
  rmdir "$DESTDIR$PREFIX/share/hookvisor/recipes" "$DESTDIR$PREFIX/share/hookvisor" \
    "$DESTDIR$PREFIX/share/doc/hookvisor" ${LICENSEDIR:+"$DESTDIR$LICENSEDIR"} 2>/dev/null || :
  echo "hookvisor is removed; $SYSCONFDIR/hookvisor and /var/log/hookvisor are as they were"
  exit 0
fi

for file in $files; do
  to=$(place "$file")
  [ -n "$to" ] || continue
  mode=644
  [ "$file" != bin/hookvisor ] || mode=755
  mkdir -p "$DESTDIR${to%/*}"
  # A new file, then a rename: hook calls run the old program or the new one, never a part of one.
  case $file in
    lib/systemd/system/*)
      sed "s|/usr/bin/hookvisor|$PREFIX/bin/hookvisor|g" "$from/$file" > "$DESTDIR$to.new"
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

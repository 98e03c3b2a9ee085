#!/bin/sh
# Usage: toolchain.sh FOLDER
# Puts the Deno executable this build needs, exactly that version, into FOLDER/deno, from its npm package.
set -eu

version=2.9.4
folder=$1

case $(uname -s)-$(uname -m) in
  Linux-x86_64)
    package=@deno/linux-x64-glibc
    integrity=sha512-Or3ItpBDUC4GKtE723T4LpWs1nKOAQ4Zt8E+tufFeEnX9k+OhYOQTnu8kXqz+8FM42JKeuegfss8pr7k0PVQTQ==
    ;;
  Linux-aarch64)
    package=@deno/linux-arm64-glibc
    integrity=sha512-SHHmaFnfOtFe0RWEAqo0lGlKFww21O6utyNzcFNYpIFRyQSKXKrfegwYMYP7hN1GEhZ49bDPKIpjJHjPbGFqyw==
    ;;
  *)
    echo "build: no Deno $version for $(uname -s) on $(uname -m): hookvisor is built on Linux, x86_64 or aarch64" >&2
    exit 1
    ;;
esac

mkdir -p "$folder"
work=$(mktemp -d "$folder/toolchain.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

echo "build: fetching Deno $version ($package)"
sh "$(dirname "$0")/npm_tarball.sh" "$package@$version" "$integrity" "$work/deno.tgz"
tar -xzf "$work/deno.tgz" -C "$work" package/deno
chmod 755 "$work/package/deno"
if ! found=$("$work/package/deno" --version 2>"$work/err"); then
  cat "$work/err" >&2
  echo "build: Deno $version does not run here: it needs glibc 2.27 or newer" >&2
  exit 1
fi
case $found in
  "deno $version "*) ;;
  *)
    echo "build: $package says it is '$found', expected 'deno $version'" >&2
    exit 1
    ;;
esac
touch "$work/package/deno"
mv "$work/package/deno" "$folder/deno"

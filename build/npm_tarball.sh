#!/bin/sh
# Usage: npm_tarball.sh NAME@VERSION INTEGRITY FILE
# Fetches one npm package's tarball to FILE with the npm client as this machine has it set up (its registry, its
# proxy), and stops unless the tarball is the one this build was made with. No install script of the package runs.
set -eu

package=$1
expected=$2
file=$3

work=$(mktemp -d "$(dirname "$file")/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

if ! npm pack "$package" --loglevel error --pack-destination "$work" >"$work/out" 2>"$work/err"; then
  cat "$work/err" >&2
  echo "build: npm cannot fetch $package: check that npm reaches its registry ('npm ping') and run make again" >&2
  exit 1
fi

found=sha512-$(node -e '
  const hash = require("node:crypto").createHash("sha512");
  hash.update(require("node:fs").readFileSync(process.argv[1]));
  process.stdout.write(hash.digest("base64"));
' "$work"/*.tgz)
if [ "$found" != "$expected" ]; then
  echo "build: $package is not the package this build was made with; nothing of it was used" >&2
  echo "  expected $expected" >&2
  echo "  found    $found" >&2
  exit 1
fi
mv "$work"/*.tgz "$file"

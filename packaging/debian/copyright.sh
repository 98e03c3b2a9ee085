#!/bin/sh
# Usage: copyright.sh TREE
# Prints Debian's copyright file from the texts in packaging/licenses: Debian wants all of them in one file.
set -eu
tree=$1
licenses=$tree/packaging/licenses

cat << END
This package has hookvisor, and in the same executable a runtime and an engine
that others made: Deno, with V8 and crates in Rust, and QuickJS-ng. The source is
built as docs/building.md and docs/packaging.md say.

END
cat "$tree/LICENSE"
for file in README.md rust-crates.txt; do
  [ ! -e "$licenses/$file" ] || { printf '\n%s\n\n' "--- $file ---"; cat "$licenses/$file"; }
done
for file in "$licenses"/*.txt; do
  name=$(basename "$file" .txt)
  [ "$name" != rust-crates ] || continue
  printf '\n%s\n\n' "--- $name.txt ---"
  case $name in
    Apache-2.0 | MPL-2.0 | CC0-1.0) echo "On Debian systems the whole text is in /usr/share/common-licenses/$name." ;;
    *) cat "$file" ;;
  esac
done

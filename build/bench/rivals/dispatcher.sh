#!/bin/bash
# The usual dispatcher: runs the scripts in qemu.d/GUEST/OPERATION/SUB-OPERATION beside this file, in order.
set -e
folder="${0%/*}/qemu.d/$1/$2/$3"
[[ -d $folder ]] || exit 0
xml=$(cat)
for script in "$folder"/*; do
  [[ -x $script ]] || continue
  "$script" "$@" <<< "$xml"
done

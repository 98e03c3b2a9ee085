#!/bin/sh
# Usage: stage.sh PROGRAM FOLDER
# Lays out below FOLDER, a new folder, what a package holds: as below a prefix such as /usr, with the install script
# at its top. Man pages and completions come from the program's own command table. Run it in the top of the tree.
set -eu
umask 022

program=$1
folder=$2

[ ! -e "$folder" ] || { echo "stage.sh: $folder exists" >&2; exit 1; }
share=$folder/share
mkdir -p "$folder/bin" "$share/man/man8" "$share/bash-completion/completions" "$share/zsh/site-functions" \
  "$share/fish/vendor_completions.d" "$share/hookvisor/recipes" "$share/doc/hookvisor" "$share/licenses/hookvisor" \
  "$folder/lib/systemd/system"

install -m 755 "$program" "$folder/bin/hookvisor"
"$program" man --quiet --output "$share/man/man8"
"$program" completion bash > "$share/bash-completion/completions/hookvisor"
"$program" completion zsh > "$share/zsh/site-functions/_hookvisor"
"$program" completion fish > "$share/fish/vendor_completions.d/hookvisor.fish"
install -m 644 handlers/recipes/*.js "$share/hookvisor/recipes/"
# Those are recipes too: by the name that "hookvisor new" knows them by, without the digits.
for handler in handlers/[0-9][0-9]-*.js; do
  install -m 644 "$handler" "$share/hookvisor/recipes/${handler#handlers/[0-9][0-9]-}"
done
install -m 644 handlers/handler.d.ts "$share/hookvisor/"
install -m 644 README.md CHANGELOG.md docs/*.md "$share/doc/hookvisor/"
install -m 644 LICENSE packaging/licenses/* "$share/licenses/hookvisor/"
for unit in packaging/systemd/*.service packaging/systemd/*.socket packaging/systemd/*.timer; do
  [ ! -e "$unit" ] || install -m 644 "$unit" "$folder/lib/systemd/system/"
done
install -m 755 packaging/install.sh "$folder/install.sh"

#!/bin/bash
# agent.sh - runs what comes over the virtio port "agent", a line each: a number, and a script in base64. Answers with
# the number, the exit status, and what it printed on stdout and stderr, in base64. Scripts run side by side.
port=/dev/virtio-ports/agent
work=/dev/shm/agent # not /run: a test fills that
mkdir -p "$work"
exec 3<> "$port"

answer() { flock "$work" printf '%s\n' "$*" >&3; }

answer boot "$(cat /proc/sys/kernel/random/boot_id)"
while read -r number script <&3; do
  [ -n "$script" ] || continue
  {
    base64 --decode <<< "$script" > "$work/$number"
    bash "$work/$number" > "$work/$number.out" 2> "$work/$number.err" < /dev/null 3>&-
    answer "$number" "$?" "$(base64 --wrap=0 "$work/$number.out")" "$(base64 --wrap=0 "$work/$number.err")"
    rm -f "$work/$number" "$work/$number".*
  } &
done

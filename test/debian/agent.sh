#!/bin/bash
# agent.sh - runs what comes over the virtio port "agent", a line each: a number, and a script in base64. Answers with
# the number, the exit status, and what it printed on stdout and stderr, in base64. Scripts run side by side.
port=/dev/virtio-ports/agent
work=/tmp/agent # not /run: a test fills that
mkdir -p "$work"
exec 3<> "$port"

# By the shell's own printf: an answer may be longer than the kernel lets a program's argument be.
answer() {
  flock 9
  printf '%s\n' "$*" >&3
} 9> "$work/lock"

answer boot "$(cat /proc/sys/kernel/random/boot_id)"
while read -r number script <&3; do
  [ -n "$script" ] || continue
  {
    base64 --decode <<< "$script" > "$work/$number"
    # By way of pipes: SELinux lets few programs write to another domain's files.
    {
      { bash "$work/$number" 2>&1 >&4 < /dev/null 3>&- 4>&-; echo "$?" > "$work/$number.code"; } |
        base64 --wrap=0 > "$work/$number.err"
    } 4>&1 | base64 --wrap=0 > "$work/$number.out"
    answer "$number" "$(cat "$work/$number.code")" "$(cat "$work/$number.out")" "$(cat "$work/$number.err")"
    rm -f "$work/$number" "$work/$number".*
  } &
done

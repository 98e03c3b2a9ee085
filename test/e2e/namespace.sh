#!/bin/bash
# namespace.sh - the first process of a rig: namespaces of its own, in them a
# private /etc, /run, /var and network, and a loop that runs what it is told.
#
#   namespace.sh make NAME PEER BINARY CGROUP-DIRECTORY...
#
# LAYERS in its environment names the root file systems, the topmost first, whose files the rig sees instead of this
# machine's; DAEMONS the daemons of libvirt that are to run.
#
# On stdout: the number of process 1 as seen from outside, then "ready".
# On stdin: one command line each, run in the background. At the end of stdin
# process 1 ends, and with it, by the kernel's hand, everything in the rig; so
# nothing survives the test, however that ends.
set -eu
. "$(dirname "$0")/../debian/mounts.sh"

make() {
  local name=$1 peer=$2 binary=$3 directory
  shift 3
  for directory; do echo "$$" > "$directory/cgroup.procs"; done
  exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child --propagation private \
    bash "$0" inside "$name" "$peer" "$binary"
}

# private DIRECTORY: changes stay in the rig, what is there stays readable
private() {
  mkdir -p "/run/layers$1/upper" "/run/layers$1/work"
  mount -t overlay -o "lowerdir=$1,upperdir=/run/layers$1/upper,workdir=/run/layers$1/work" overlay "$1"
}

# empty DIRECTORY...: a tmpfs there
empty() {
  local directory
  for directory; do
    mkdir -p "$directory"
    mount -t tmpfs -o mode=755 tmpfs "$directory"
  done
}

# enter_layers BINARY: other files than this machine's, and that program; changes to them stay in the rig
enter_layers() {
  local new=/mnt/root
  mount -t tmpfs tmpfs /mnt
  mkdir /mnt/upper /mnt/work "$new"
  mount -t overlay -o "lowerdir=$LAYERS,upperdir=/mnt/upper,workdir=/mnt/work" overlay "$new"
  kernel_files "$new"
  touch "$new/usr/bin/hookvisor"
  mount --bind "$1" "$new/usr/bin/hookvisor"
  cd "$new"
  pivot_root . mnt
  umount --lazy /mnt
  cd /
  # At the daemon's shutdown libvirt 11 waits for this driver's thread under the lock that the thread needs in order to
  # end. Whichever takes the lock first decides whether the daemon ends by force, 30 s later and without its hook.
  rm -f /usr/lib/*/libvirt/connection-driver/libvirt_driver_nodedev.so
}

# Libvirt reads the list of mounts, so the old ones must go, not only be covered.
mount_kernel() {
  local hierarchy
  [ -n "$LAYERS" ] || umount --recursive --lazy /sys
  mount -t sysfs sysfs /sys
  [ -n "$LAYERS" ] || mount -t proc proc /proc
  if [ "$CGROUPS" = unified ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    # No process may be in a version 2 group whose children have controllers.
    mkdir /sys/fs/cgroup/init
    echo 1 > /sys/fs/cgroup/init/cgroup.procs
    for hierarchy in cpu memory io pids cpuset; do
      echo "+$hierarchy" > /sys/fs/cgroup/cgroup.subtree_control || true
    done 2> /dev/null
  else
    mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
    for hierarchy in $CGROUPS; do
      mkdir "/sys/fs/cgroup/$hierarchy"
      mount -t cgroup -o "$hierarchy" cgroup "/sys/fs/cgroup/$hierarchy"
    done
  fi
}

inside() {
  local name=$1 peer=$2 binary=$3 pid line daemon
  read -r pid _ < /proc/self/stat # still the outside's /proc
  echo "$pid"
  hostname "$name"
  ip link set lo up
  exec 4< "$binary" # it may lie where /run is now
  [ -z "$LAYERS" ] || enter_layers "$binary"
  mount_kernel
  empty /run
  mount -o remount,nosuid,nodev,noexec /run # as systemd mounts it
  if [ -z "$LAYERS" ]; then
    private /etc
    private /usr/bin
  fi
  empty /var/log /var/lib/libvirt /var/cache/libvirt /etc/libvirt /etc/hookvisor
  mkdir -p /etc/libvirt/hooks /etc/hookvisor/handlers /var/log/libvirt /var/log/hookvisor/e2e /run/libvirt /run/lock
  if [ -z "$LAYERS" ]; then
    touch /usr/bin/hookvisor
    mount --bind /proc/self/fd/4 /usr/bin/hookvisor 2> /dev/null || mount --bind "$binary" /usr/bin/hookvisor
  fi
  exec 4<&-
  printf '127.0.0.1 localhost %s\n' "$name" > /etc/hosts

  cat > /etc/libvirt/qemu.conf << 'CONF'
stdio_handler = "file"
security_driver = "none"
user = "root"
group = "root"
cgroup_controllers = [ ]
namespaces = [ ]
remember_owner = 0
dynamic_ownership = 0
CONF
  for daemon in $DAEMONS; do
    cat > "/etc/libvirt/$daemon.conf" << CONF
auth_unix_rw = "none"
auth_unix_ro = "none"
unix_sock_group = "root"
host_uuid = "00000000-0000-4000-8000-00000000000$peer"
log_outputs = "3:file:/var/log/libvirt/$daemon.log"
CONF
    case $daemon in libvirtd | virtproxyd)
      printf 'listen_tls = 0\nlisten_tcp = 1\nauth_tcp = "none"\n' >> "/etc/libvirt/$daemon.conf" ;;
    esac
  done
  echo ready
  set +eu
  exec > /dev/null
  while IFS= read -r line; do
    eval "$line" < /dev/null &
  done
}

"$@"

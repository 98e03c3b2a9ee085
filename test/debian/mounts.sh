# mounts.sh - what a root file system needs before programs run in it. Sourced, in a mount namespace of its own.

# kernel_files ROOT: /proc, and a /dev with nothing of this machine's but the usual devices
kernel_files() {
  mount -t proc proc "$1/proc"
  mount -t tmpfs -o mode=755,nosuid tmpfs "$1/dev"
  mkdir "$1"/dev/{pts,shm,net}
  mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts "$1/dev/pts"
  mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$1/dev/shm"
  mknod -m 666 "$1/dev/null" c 1 3
  mknod -m 666 "$1/dev/zero" c 1 5
  mknod -m 666 "$1/dev/full" c 1 7
  mknod -m 666 "$1/dev/random" c 1 8
  mknod -m 666 "$1/dev/urandom" c 1 9
  mknod -m 666 "$1/dev/tty" c 5 0
  mknod -m 666 "$1/dev/fuse" c 10 229
  mknod -m 666 "$1/dev/net/tun" c 10 200
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
  ln -s fd/0 "$1/dev/stdin"
  ln -s fd/1 "$1/dev/stdout"
  ln -s fd/2 "$1/dev/stderr"
}

# What an installed hookvisor goes through on a host. Sourced by the scripts of packages_test.ts, in a root; prints a
# line for each thing seen.

# One handler, which writes down the inode of the program that answers the call.
handler() {
  cat > /etc/hookvisor/handlers/10-who.js << 'END'
// ---
// on: [qemu/prepare]
// allow:
//   exec: [sh -c *]
//   write: [/run/who]
// ---
export default async function (event, host) {
  const { stdout } = await host.exec("sh", ["-c", "stat -L -c %i /proc/$PPID/exe"]);
  await host.fs.append("/run/who", stdout);
}
END
  chmod 644 /etc/hookvisor/handlers/10-who.js
}

# A daemon of libvirt's that says when it is asked to reload, and calls the hook for that as libvirtd does.
daemon() {
  cat > /usr/local/bin/libvirtd << 'END'
#!/bin/sh
trap 'echo reload >> /run/reloads; [ ! -x /etc/libvirt/hooks/daemon.d/50-hookvisor ] || /etc/libvirt/hooks/daemon.d/50-hookvisor - reload begin SIGHUP' HUP
: > /run/listens
while :; do sleep 0.1; done
END
  chmod 755 /usr/local/bin/libvirtd
  /usr/local/bin/libvirtd > /dev/null 2>&1 &
  while [ ! -e /run/listens ]; do sleep 0.1; done
  sleep 0.3
}

# calls N FILE: N hook calls, one after the other; a line in FILE for each that failed, and at last how many there were.
calls() {
  i=0
  while [ $i -lt "$1" ]; do
    i=$((i + 1))
    echo "<domain type='kvm'><name>g</name><uuid>11111111-2222-3333-4444-555555555555</uuid><memory>1024</memory><vcpu>1</vcpu></domain>" |
      /etc/libvirt/hooks/qemu.d/50-hookvisor g prepare begin - > /run/out 2>&1 || echo "call $i: $? $(cat /run/out)" >> "$2"
    [ ! -s /run/out ] || echo "call $i said $(cat /run/out)" >> "$2"
  done
  echo "done $i" >> "$2"
}

# snapshot FILE: every file there is, but for what a package manager and we keep of themselves.
snapshot() {
  find / -xdev \( -path /packages -o -path /proc -o -path /run -o -path /dev -o -path /tmp -o -path /var/lib/dpkg \
    -o -path /var/log -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/rpm -o -path /usr/lib/sysimage \) -prune -o -print |
    sort > "$1"
  find /var/log /run -name '*hookvisor*' | sort >> "$1"
}

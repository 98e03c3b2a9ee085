#!/bin/bash
# host_image.sh DIRECTORY ROOT DAEMONS PACKAGE... - a whole host from a suite's ROOT (see root.sh): systemd, AppArmor,
# SELinux's default policy, a kernel and these packages. DIRECTORY gets disk.raw, kernel and initrd, and appears when it
# is whole. libvirt's split DAEMONS (see split_daemons.sh) lie in /opt/split, not in use; agent.sh beside this file runs
# as a service. Needs root and a mount namespace of its own.
set -euo pipefail
here=$(dirname "$0")
. "$here/mounts.sh"
directory=$1 root=$2 daemons=$3
shift 3
scratch=$directory.new
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

rm -rf --one-file-system "$scratch" "$directory"
mkdir -p "$scratch"/{upper,work,root,kept}
new=$scratch/root
mount -t overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$new"
kernel_files "$new"
cp /etc/resolv.conf "$new/etc/resolv.conf"
mkdir -p "$new/etc/initramfs-tools/conf.d"
# Only what this machine needs to find its disk: an emulated processor unpacks it at each boot.
printf 'MODULES=list\nCOMPRESS=zstd\n' > "$new/etc/initramfs-tools/conf.d/small"
printf 'virtio_pci\nvirtio_blk\next4\n' >> "$new/etc/initramfs-tools/modules"
chroot "$new" apt-get install -q --yes --no-install-recommends -o Dpkg::Options::=--force-confold apparmor dbus \
  initramfs-tools kmod linux-image-cloud-amd64 policycoreutils selinux-policy-default systemd systemd-sysv udev zstd "$@"
chroot "$new" apt-get clean

rm "$new/usr/sbin/policy-rc.d"
echo '/dev/vda / ext4 defaults 0 1' > "$new/etc/fstab"
echo host > "$new/etc/hostname"
echo '127.0.0.1 localhost host' > "$new/etc/hosts"
tr -d - < /proc/sys/kernel/random/uuid > "$new/etc/machine-id"
mkdir -p "$new/var/log/journal" "$new/opt/split"
cp -a "$daemons/." "$new/opt/split"
# Its end may wait for itself, until libvirtd ends by force after 30 s and calls no hook (docs/operations.md).
rm "$new"/usr/lib/*/libvirt/connection-driver/libvirt_driver_nodedev.so
install -m 755 "$here/agent.sh" "$new/usr/local/sbin/agent"
cat > "$new/etc/systemd/system/agent.service" << 'UNIT'
[Unit]
Description=Runs what the test says
After=multi-user.target
[Service]
ExecStart=/usr/local/sbin/agent
TimeoutStopSec=5
# Under SELinux: as an admin who has logged in.
SELinuxContext=-unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023
UNIT
echo 'SUBSYSTEM=="virtio-ports", ATTR{name}=="agent", TAG+="systemd", ENV{SYSTEMD_WANTS}="agent.service"' \
  > "$new/etc/udev/rules.d/80-agent.rules"
# The labels are here already, and nothing comes from the network.
for unit in apt-daily.timer apt-daily-upgrade.timer selinux-autorelabel-mark.service; do
  ln -sf /dev/null "$new/etc/systemd/system/$unit"
done

kept=$scratch/kept
cp "$new"/boot/vmlinuz-* "$kept/kernel"
cp "$new"/boot/initrd.img-* "$kept/initrd"
umount --recursive --lazy "$new/dev" "$new/proc"
rm -rf "$new"/var/lib/apt/lists/* "$new"/boot/{vmlinuz,initrd}*
policy=$(echo "$new"/etc/selinux/default/policy/policy.*)
chroot "$new" setfiles -F -c "${policy#"$new"}" /etc/selinux/default/contexts/files/file_contexts > /dev/null
chroot "$new" setfiles -F -m /etc/selinux/default/contexts/files/file_contexts /
truncate -s 3G "$kept/disk.raw"
mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -d "$new" "$kept/disk.raw"
umount --lazy "$new"
mv "$kept" "$directory"
rm -rf --one-file-system "$scratch"

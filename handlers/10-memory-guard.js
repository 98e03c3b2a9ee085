// ---
// description: Refuse to start a guest whose memory the host does not have
// on: [qemu/prepare, lxc/prepare, libxl/prepare, bhyve/prepare]
// timeout: 5s
// allow:
//   read: [/proc/meminfo]
// options:
//   reserveMiB: 256
// ---
// Without it the guest starts all the same and the kernel's out-of-memory
// killer ends one guest or another later, with nobody to say why.
export default async function (event, host) {
  const meminfo = await host.fs.read("/proc/meminfo");
  const availableMiB = Math.floor(Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1]) / 1024);
  if (!(availableMiB >= 0)) throw new Error("/proc/meminfo has no line MemAvailable");

  const wantedMiB = Math.ceil(event.domain.memoryKiB / 1024);
  const reserveMiB = host.options.reserveMiB;
  host.log.info(`wants ${wantedMiB} MiB of ${availableMiB} MiB`, { wantedMiB, availableMiB, reserveMiB });
  if (wantedMiB + reserveMiB > availableMiB) {
    host.fail(
      `it wants ${wantedMiB} MiB, the host has ${availableMiB} MiB and keeps ${reserveMiB} MiB for itself`,
    );
  }
}

// ---
// description: Keep the memory of a guest that panicked, as much as there is room for
// on: [qemu/crashed]
// guests: ["*"]
// mode: background
// allow:
//   exec:
//     - virsh -c qemu:///system dump --memory-only --format kdump-zlib * /var/lib/libvirt/qemu/dump/*
//   write: [/var/lib/libvirt/qemu/dump/*.kdump]
// options:
//   quotaMiB: 20480
// ---
// The guest has to have on_crash preserve: with destroy its memory is gone before anybody can look at it. crash(8) reads
// the files. It needs hookvisor watch; background.timeout in config.yaml has to be enough for the largest guest.
const DIRECTORY = "/var/lib/libvirt/qemu/dump";
const MIB = 1024 * 1024;

/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  if (event.reason !== "panicked" || event.onCrash !== "preserve") return;
  const wanted = event.domain.memoryKiB * 1024;
  const quota = host.options.quotaMiB * MIB;
  if (wanted > quota) host.fail(`${Math.ceil(wanted / MIB)} MiB of memory are more than the whole quota`);
  await host.lock("crash-dump", async () => {
    const files = [];
    for (const path of await host.fs.list(`${DIRECTORY}/*.kdump`)) {
      files.push({ path, ...await host.fs.stat(path) });
    }
    files.sort((a, b) => a.modified - b.modified);
    let used = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files) {
      if (used + wanted <= quota) break;
      await host.fs.remove(path);
      host.log.info(`removed ${path} for want of room`);
      used -= size;
    }
    const file = `${DIRECTORY}/${event.uuid}-${Date.now()}.kdump`;
    const what = ["dump", "--memory-only", "--format", "kdump-zlib", event.uuid, file];
    await host.exec("virsh", ["-c", "qemu:///system", ...what]);
    host.log.warn(`the memory is in ${file}`);
  });
}

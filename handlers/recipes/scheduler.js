// ---
// description: Give a guest's processors real-time priority
// on: [qemu/started, qemu/reconnect]
// timeout: 5s
// allow:
//   exec: [chrt -f -p * *]
//   read: [/run/libvirt/qemu/*.pid, /proc/*/task/*/comm]
// options:
//   priority: 1
// ---
// The threads end with the guest, so there is nothing to give back. Only for guests whose processors are theirs alone.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const pid = (await host.fs.read(`/run/libvirt/qemu/${event.name}.pid`)).trim();
  let found = 0;
  for (const file of await host.fs.list(`/proc/${pid}/task/*/comm`)) {
    // QEMU names them: "CPU 0/KVM".
    if (!/^CPU \d+\//.test(await host.fs.read(file).catch(() => ""))) continue;
    await host.exec("chrt", ["-f", "-p", host.options.priority, file.split("/").at(-2)]);
    found += 1;
  }
  host.log.info(`${found} threads have priority ${host.options.priority}`);
}

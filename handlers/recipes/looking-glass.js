// ---
// description: Make Looking Glass's shared memory, readable by the user who looks
// on: [qemu/prepare]
// timeout: 5s
// when: {path: "devices/shmem[@name='looking-glass*']"}
// allow:
//   exec: [rm -f -- /dev/shm/looking-glass*]
//   write: [/dev/shm/looking-glass*]
// options:
//   user: alice
//   group: kvm
// ---
// QEMU finds the file and keeps its owner; without this it belongs to QEMU's user alone.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  for (const name of event.domain.findAll("devices/shmem[@name='looking-glass*']/@name")) {
    const file = `/dev/shm/${name}`;
    await host.undo("rm", ["-f", "--", file]);
    await host.fs.remove(file);
    await host.fs.write(file, "");
    await host.fs.chown(file, host.options.user, host.options.group);
    await host.fs.chmod(file, "660");
  }
}

// ---
// description: Keep the host's own services off the processors of a guest while it runs
// on: [qemu/prepare]
// guests: ["*"]
// timeout: 10s
// allow:
//   exec:
//     - systemctl set-property --runtime -- system.slice AllowedCPUs=*
//     - systemctl set-property --runtime -- user.slice AllowedCPUs=*
//     - systemctl set-property --runtime -- init.scope AllowedCPUs=*
// options:
//   hostCpus: 0-1
// ---
// Nothing is needed for release: what host.undo names is run when the guest is gone.
/** @type {import("./handler.d.ts").Handler} */
export default async function (_event, host) {
  for (const unit of ["system.slice", "user.slice", "init.scope"]) {
    const allow = (cpus) => ["set-property", "--runtime", "--", unit, `AllowedCPUs=${cpus}`];
    await host.undo("systemctl", allow(""));
    await host.exec("systemctl", allow(host.options.hostCpus));
  }
}

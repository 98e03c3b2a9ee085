// ---
// description: Start a guest again after a crash, but not for ever
// on: [qemu/crashed]
// guests: ["*"]
// timeout: 50s
// state: keep
// allow:
//   exec:
//     - virsh -c qemu:///system domstate *
//     - virsh -c qemu:///system start *
// options:
//   starts: 3
//   inMinutes: 10
// ---
// For guests that libvirt takes down when they crash (on_crash destroy, its default) or whose QEMU is gone. It needs
// hookvisor watch.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const { starts, inMinutes } = host.options;
  // A crash kernel runs, libvirt restarts it itself, or an admin is examining it.
  if (event.reason === "crashloaded") return;
  if (event.onCrash !== undefined && !event.onCrash.endsWith("destroy")) return;
  // Nobody knows how it ended, and libvirt does not know it any more.
  if (event.reason === "vanished") return;

  const now = Date.now();
  const recent = ((await host.state.get("starts")) ?? []).filter((time) => now - time < inMinutes * 60_000);
  if (recent.length >= starts) {
    host.fail(`crashed again after ${recent.length} starts in ${inMinutes} minutes: it is left off`);
  }
  const virsh = async (...args) => await host.exec("virsh", ["-c", "qemu:///system", ...args]);
  // libvirt tells a panic before it has taken the guest down.
  await host.waitFor(async () => (await virsh("domstate", event.uuid)).stdout.trim() === "shut off");
  await host.state.set("starts", [...recent, now]);
  await virsh("start", event.uuid);
  host.log.warn(`started again after a crash (${event.reason}), ${recent.length + 1} of ${starts}`);
}

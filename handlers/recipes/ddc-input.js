// ---
// description: Switch a monitor's input to the guest's card, and back
// on: [qemu/started]
// timeout: 30s
// allow:
//   exec: [ddcutil --bus * setvcp 60 *]
// options:
//   bus: 1
//   guestInput: "0x0f"
//   hostInput: "0x11"
//   tries: 3
// ---
// ddcutil detect tells the bus, ddcutil capabilities the inputs (feature 60). Monitors miss a command now and then.
/** @type {import("./handler.d.ts").Handler} */
export default async function (_event, host) {
  const { bus, guestInput, hostInput, tries } = host.options;
  const input = (value) => ["--bus", bus, "setvcp", "60", value];
  await host.undo("ddcutil", input(hostInput), { timeout: "15s" });
  for (let left = tries; left > 0; left--) {
    const { code, stderr } = await host.exec("ddcutil", input(guestInput), { timeout: "8s", check: false });
    if (code === 0) return;
    if (left === 1) throw new Error(`the monitor does not answer: ${stderr.trim()}`);
    await host.sleep(500);
  }
}

// ---
// description: Run the host's processors at full speed while a guest runs
// on: [qemu/prepare]
// guests: ["*"]
// timeout: 5s
// allow:
//   write: [/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor]
// options:
//   governor: performance
// ---
// The old governors are restored when the last guest that set this is gone.
/** @type {import("./handler.d.ts").Handler} */
export default async function (_event, host) {
  await host.fs.set("/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor", host.options.governor);
}

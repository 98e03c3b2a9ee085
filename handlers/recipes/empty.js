// ---
// description: What it does, in one line
// on: [qemu/prepare]
// # guests: [win11, "game-*"]
// # allow:
// #   exec: [systemctl restart example.service]
// #   read: [/proc/meminfo]
// #   write: [/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor]
// ---
/** @type {import("./handler.d.ts").Handler} */
export default function (event, host) {
  host.log.info(`${event.operation} of ${event.name}`);
}

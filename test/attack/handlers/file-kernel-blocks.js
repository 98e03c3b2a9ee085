// ---
// description: Reads a file of the kernel that waits
// on: [qemu/prepare]
// allow:
//   read: ["/proc/kmsg"]
// ---
// expect: timeout|error|success
export default async function (event, host) {
  for (;;) await host.fs.read("/proc/kmsg");
}

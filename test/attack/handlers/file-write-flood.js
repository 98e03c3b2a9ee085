// ---
// description: Writes until it is stopped
// on: [qemu/prepare]
// allow:
//   write: ["@{SCRATCH}/*"]
// ---
// expect: timeout
export default async function (event, host) {
  for (let i = 0;; i++) await host.fs.write("@{SCRATCH}/same", `${i}`);
}

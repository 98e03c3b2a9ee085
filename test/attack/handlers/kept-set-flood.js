// ---
// description: Sets a value until it is stopped
// on: [qemu/prepare]
// allow:
//   write: ["@{SCRATCH}/*"]
// ---
// expect: timeout|error|resources
export default async function (event, host) {
  await host.fs.write("@{SCRATCH}/value", "0");
  for (let i = 0;; i++) await host.fs.set("@{SCRATCH}/value", `${i}`);
}

// ---
// description: Reads a file that grows sixfold as JSON
// on: [qemu/prepare]
// allow:
//   write: ["@{SCRATCH}/*"]
// ---
// expect: success|resources|timeout
export default async function (event, host) {
  await host.fs.write("@{SCRATCH}/nul", "\0".repeat(2_000_000));
  for (let i = 0; i < 3; i++) await host.fs.read("@{SCRATCH}/nul");
}

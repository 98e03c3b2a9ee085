// ---
// description: Megabytes for a command to read
// on: [qemu/prepare]
// allow:
//   exec: ["cat"]
// ---
// expect: success|error|resources|timeout
export default async function (event, host) {
  for (let i = 0; i < 4; i++) await host.exec("cat", [], { stdin: "x".repeat(8_000_000) });
}

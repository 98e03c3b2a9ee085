// ---
// description: A command that never reads what it is given
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout
export default async function (event, host) {
  await host.exec("sh", ["-c", "exec sleep 9.@{TAG}"], { stdin: "x".repeat(4_000_000) });
}

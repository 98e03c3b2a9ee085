// ---
// description: A command that closes its descriptors and goes on
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout
export default async function (event, host) {
  await host.exec("sh", ["-c", "exec <&- >&- 2>&-; exec sleep 9.@{TAG}"]);
}

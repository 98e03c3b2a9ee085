// ---
// description: A command that sleeps for ever
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout
export default async function (event, host) {
  await host.exec("sh", ["-c", "exec sleep 9.@{TAG}"]);
}

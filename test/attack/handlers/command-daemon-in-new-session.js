// ---
// description: A child in another session at the deadline
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout
export default async function (event, host) {
  await host.exec("sh", ["-c", "setsid sleep 4 & sleep 9.@{TAG}"]);
}

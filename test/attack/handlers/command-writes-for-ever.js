// ---
// description: A command that never stops writing to both outputs
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout
export default async function (event, host) {
  await host.exec("sh", ["-c", "yes >&2 & exec yes"]);
}

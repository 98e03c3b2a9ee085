// ---
// description: A command that ignores SIGTERM
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout
export default async function (event, host) {
  await host.exec("sh", ["-c", "trap '' TERM HUP INT; while :; do sleep 1; done"]);
}

// ---
// description: A command that ignores SIGTERM at its own time-out
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout|error
export default async function (event, host) {
  await host.exec("sh", ["-c", "trap '' TERM; while :; do sleep 1; done"], { timeout: 100 });
}

// ---
// description: Remembers commands that cannot be ended softly, and fails
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: fail
// says: the first word
export default async function (event, host) {
  for (let i = 0; i < 20; i++) await host.undo("sh", ["-c", "trap '' TERM; while :; do sleep 0.5; : @{TAG}; done"]);
  host.fail("the first word");
}

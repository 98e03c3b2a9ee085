// ---
// description: Goes without waiting for its commands
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout
// then: canary after 2500
export default async function (event, host) {
  for (let i = 0; i < 50; i++) host.exec("sh", ["-c", "trap '' TERM; sleep 2; echo late >> @{CANARY}"]);
}

// ---
// description: Throws while commands run
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: error
// then: canary after 2500
export default async function (event, host) {
  for (let i = 0; i < 50; i++) host.exec("sh", ["-c", "trap '' TERM; sleep 2; echo late >> @{CANARY}"]).catch(() => {});
  throw new Error("over");
}

// ---
// description: Catches its own failure and goes on working
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: fail
// says: the first word
// then: canary after 500
export default async function (event, host) {
  try {
    host.fail("the first word");
  } catch {}
  await host.exec("sh", ["-c", "echo escaped > @{CANARY}"]);
}

// ---
// description: Commands that read a little of much and end
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success|timeout
export default async function (event, host) {
  for (let i = 0; i < 20; i++) await host.exec("sh", ["-c", "head -c 1; exit 0"], { stdin: "x".repeat(1_000_000) });
}

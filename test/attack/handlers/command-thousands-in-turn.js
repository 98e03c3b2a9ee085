// ---
// description: Thousands of commands one after the other
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: timeout
export default async function (event, host) {
  for (let i = 0; i < 20_000; i++) await host.exec("sh", ["-c", ":"]);
}

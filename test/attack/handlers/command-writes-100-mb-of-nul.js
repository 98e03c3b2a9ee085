// ---
// description: A command that writes 100 MB of what JSON has to escape
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success|resources
export default async function (event, host) {
  await host.exec("sh", ["-c", "head -c 100000000 /dev/zero"]);
}

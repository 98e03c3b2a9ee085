// ---
// description: Output that is not UTF-8
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success|error
export default async function (event, host) {
  const { stdout } = await host.exec("sh", ["-c", "head -c 300000 /dev/urandom"]);
  if (typeof stdout !== "string") host.fail("no text");
}

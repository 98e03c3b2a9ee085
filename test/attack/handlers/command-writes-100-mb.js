// ---
// description: A command that writes 100 MB
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success
export default async function (event, host) {
  const { stdout, truncated } = await host.exec("sh", ["-c", "head -c 100000000 /dev/zero | tr '\\\\0' x"]);
  if (!truncated || stdout.length !== 1_048_576) host.fail(`${stdout.length}`);
}

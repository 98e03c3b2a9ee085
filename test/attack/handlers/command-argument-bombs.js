// ---
// description: Arguments larger than the kernel takes
// on: [qemu/prepare]
// allow:
//   exec: ["true ..."]
// ---
// expect: success|timeout
export default async function (event, host) {
  const refused = async (args) => {
    try {
      await host.exec("true", args);
    } catch (error) {
      if (!/internal error/.test(error.message)) return;
    }
    host.fail("taken");
  };
  await refused(["x".repeat(5_000_000)]);
  await refused(new Array(400_000).fill("xxxxxxxx"));
  await refused(["x".repeat(131_072)]);
}

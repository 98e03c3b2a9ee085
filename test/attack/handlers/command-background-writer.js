// ---
// description: A background child that goes on writing
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success
export default async function (event, host) {
  await host.exec("sh", ["-c", "(timeout 3 yes) & exit 0"]);
}

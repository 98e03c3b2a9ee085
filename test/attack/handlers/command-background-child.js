// ---
// description: A background child that holds stdout and stderr
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success
export default async function (event, host) {
  await host.exec("sh", ["-c", "sleep 4 &"]);
}

// ---
// description: A child that keeps copies of every descriptor
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success
export default async function (event, host) {
  await host.exec("sh", ["-c", "sleep 4 3>&1 4>&2 5<&0 &"]);
}

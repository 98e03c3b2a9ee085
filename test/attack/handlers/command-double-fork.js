// ---
// description: A daemon that forks twice and keeps every descriptor
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success
export default async function (event, host) {
  await host.exec("sh", ["-c", "setsid sh -c 'sleep 5 &' & exit 0"]);
}

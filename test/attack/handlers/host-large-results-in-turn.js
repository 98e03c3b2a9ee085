// ---
// description: Large outputs, one after the other
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success|timeout|resources|error
// time: 4000
export default async function (event, host) {
  for (let i = 0; i < 200; i++) await host.exec("sh", ["-c", "head -c 1000000 /dev/zero | tr '\\0' x"]);
}

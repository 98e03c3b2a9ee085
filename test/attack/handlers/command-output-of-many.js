// ---
// description: Hundreds of commands that each write two megabytes
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success|resources|timeout|error
export default async function (event, host) {
  const all = [];
  for (let i = 0; i < 250; i++) all.push(host.exec("sh", ["-c", "head -c 2000000 /dev/zero; head -c 2000000 /dev/zero >&2; sleep 0.5"]).catch(() => {}));
  await Promise.all(all);
}

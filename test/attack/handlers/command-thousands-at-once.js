// ---
// description: Thousands of commands at once
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: error|timeout
export default async function (event, host) {
  const all = [];
  for (let i = 0; i < 3_000; i++) all.push(host.exec("sh", ["-c", "exec sleep 9.@{TAG}"]));
  await Promise.all(all);
}

// ---
// description: Looks for nothing in the whole file system
// on: [qemu/prepare]
// allow:
//   read: ["/**"]
// ---
// expect: error|timeout|success
export default async function (event, host) {
  await host.fs.list("/**/no such name/**/x");
}

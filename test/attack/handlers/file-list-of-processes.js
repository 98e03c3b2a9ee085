// ---
// description: Lists what /proc holds, over and over
// on: [qemu/prepare]
// allow:
//   read: ["/proc/**"]
// ---
// expect: error|timeout|success
export default async function (event, host) {
  for (;;) await host.fs.list("/proc/**/no such name");
}

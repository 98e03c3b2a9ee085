// ---
// description: Remembers commands until it is stopped
// on: [qemu/prepare]
// allow:
//   exec: ["true"]
// ---
// expect: timeout|error|resources
export default async function (event, host) {
  for (;;) await host.undo("true", []);
}

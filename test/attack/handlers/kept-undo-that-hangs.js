// ---
// description: Remembers commands that never end, and fails
// on: [qemu/prepare]
// allow:
//   exec: ["sleep *"]
// ---
// expect: fail
// says: the first word
export default async function (event, host) {
  for (let i = 0; i < 20; i++) await host.undo("sleep", ["9.@{TAG}"]);
  host.fail("the first word");
}

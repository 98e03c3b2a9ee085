// ---
// description: Remembers commands it may not run
// on: [qemu/prepare]
// allow:
//   exec: ["sleep *"]
// ---
// expect: success
export default async function (event, host) {
  for (const [command, args] of [["sh", ["-c", "echo escaped > @{CANARY}"]], ["", []], ["sleep", ["-x"]], ["sleep\0", ["1"]]]) {
    const taken = await host.undo(command, args).then(() => true, () => false);
    if (taken) host.fail(`taken: ${command}`);
  }
}

// ---
// description: Runs commands as others, without a grant for it
// on: [qemu/prepare]
// allow:
//   exec: ["id"]
// ---
// expect: success
export default async function (event, host) {
  for (const runAs of ["root", "nobody", "", "0", "../root", "root\0", 0, {}, "x".repeat(1e6)]) {
    const taken = await host.exec("id", [], { runAs }).then(() => true, () => false);
    if (taken) host.fail(`taken: ${runAs}`);
  }
}

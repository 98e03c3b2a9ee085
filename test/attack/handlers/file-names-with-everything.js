// ---
// description: Names with newlines and all else that a name can hold
// on: [qemu/prepare]
// allow:
//   write: ["@{SCRATCH}/*"]
// ---
// expect: success
export default async function (event, host) {
  for (const name of ["a\nb", "a\0b"]) {
    const taken = await host.fs.write(`@{SCRATCH}/${name}`, "text").then(() => true, () => false);
    if (taken) host.fail(JSON.stringify(name));
  }
  for (const name of [" ", "a\tb", "-rf", "$(id)", "`id`", "*", "?", "[a]", "é", "\u2028", "..."]) {
    await host.fs.write(`@{SCRATCH}/${name}`, "text");
    if (await host.fs.read(`@{SCRATCH}/${name}`) !== "text") host.fail(JSON.stringify(name));
  }
}

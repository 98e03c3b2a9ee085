// ---
// description: Back references to everything
// on: [qemu/prepare]
// ---
// expect: timeout|error|resources
export default async function (event, host) {
  /^(.*)(.*)(.*)(.*)\1\2\3\4x$/.test("a".repeat(5_000));
}

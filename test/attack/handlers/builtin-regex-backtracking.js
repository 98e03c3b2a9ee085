// ---
// description: A regular expression that goes back for ever
// on: [qemu/prepare]
// ---
// expect: timeout|error|resources
export default async function (event, host) {
  /^(a+)+$/.test("a".repeat(60) + "!");
}

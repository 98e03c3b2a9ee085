// ---
// description: A match that needs a deep stack
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  /^(?:a|b|(c))*$/.test("ab".repeat(2_000_000));
}

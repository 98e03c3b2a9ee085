// ---
// description: Stars within stars
// on: [qemu/prepare]
// ---
// expect: timeout|error|resources
export default async function (event, host) {
  /^(?:(?:.*)*x)*$/.test("a".repeat(100_000));
}

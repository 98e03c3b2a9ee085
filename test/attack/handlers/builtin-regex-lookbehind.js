// ---
// description: Looking behind from every place
// on: [qemu/prepare]
// ---
// expect: timeout|error|resources
export default async function (event, host) {
  /(?<=(.*)*)x$/.test("a".repeat(50_000));
}

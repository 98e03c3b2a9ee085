// ---
// description: A pattern that is large once it is compiled
// on: [qemu/prepare]
// ---
// expect: timeout|resources
export default async function (event, host) {
  for (;;) {
    try {
      new RegExp("(?:(?:(?:a{1000}){1000}){1000}){1000}").test("aaa");
    } catch {}
  }
}

// ---
// description: A loop in code made from text
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  new Function("for (;;);")();
}

// ---
// description: Throws a value whose message never ends
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  throw {
    stack: "x",
    get message() {
      for (;;);
    },
  };
}

// ---
// description: Returns a thenable whose getter never ends
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  return {
    get then() {
      for (;;);
    },
  };
}

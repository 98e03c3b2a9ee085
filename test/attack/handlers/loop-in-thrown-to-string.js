// ---
// description: Throws an error whose name never becomes a string
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const error = new Error("x");
  error.name = {
    toString() {
      for (;;);
    },
  };
  throw error;
}

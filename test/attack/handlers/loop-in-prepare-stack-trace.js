// ---
// description: Error.prepareStackTrace never ends
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  Error.prepareStackTrace = () => {
    for (;;);
  };
  throw new Error("x");
}

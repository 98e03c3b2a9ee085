// ---
// description: A stack that points at another file
// on: [qemu/prepare]
// ---
// expect: error
export default async function (event, host) {
  const error = new Error("x");
  Object.defineProperty(error, "stack", { value: "    at f (10-attack.js:99999999999999999999:1)\n    at 10-attack.js:1:1" });
  throw error;
}

// ---
// description: includes on a proxy that says it is endless
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  [].includes.call(new Proxy({}, { get: (_, key) => key === "length" ? 2 ** 53 - 1 : 0 }), 1);
}

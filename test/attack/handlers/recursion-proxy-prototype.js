// ---
// description: A proxy that is its own prototype
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const proxy = new Proxy({}, { getPrototypeOf: () => proxy });
  ({}) instanceof Object;
  proxy instanceof Array;
}

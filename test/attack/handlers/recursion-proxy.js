// ---
// description: A proxy whose traps use itself
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const proxy = new Proxy({}, { get: (target, key) => proxy[key] });
  proxy.x;
}

// ---
// description: Throws a proxy all of whose traps never end
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const endless = () => {
    for (;;);
  };
  const traps = new Proxy({}, { get: () => endless });
  throw new Proxy({}, traps);
}

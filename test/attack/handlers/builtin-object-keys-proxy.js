// ---
// description: A proxy with a million keys
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const keys = Array.from({ length: 200_000 }, (_, i) => `k${i}`);
  const many = new Proxy({}, {
    ownKeys: () => keys,
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
  });
  for (;;) ({ ...many });
}

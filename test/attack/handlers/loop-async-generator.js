// ---
// description: An async iterator without end
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  async function* endless() {
    for (;;) yield 1;
  }
  for await (const one of endless()) void one;
}

// ---
// description: An iterator without end
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  function* endless() {
    for (;;) yield 1;
  }
  for (const one of endless()) void one;
}

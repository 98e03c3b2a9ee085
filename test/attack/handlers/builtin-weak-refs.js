// ---
// description: Finalisers that make more of themselves
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const registry = new FinalizationRegistry(() => registry.register({}, 0));
  for (;;) registry.register({}, 0);
}

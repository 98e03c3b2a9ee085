// ---
// description: Copying within a large buffer
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const bytes = new Uint8Array(20_000_000);
  for (;;) bytes.copyWithin(1, 0);
}

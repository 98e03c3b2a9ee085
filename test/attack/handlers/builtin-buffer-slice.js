// ---
// description: Slicing a large buffer
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const buffer = new ArrayBuffer(15_000_000);
  for (;;) buffer.slice(0);
}

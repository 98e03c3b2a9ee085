// ---
// description: Catches its own failure and loops
// on: [qemu/prepare]
// ---
// expect: fail
// says: the first word
export default async function (event, host) {
  try {
    host.fail("the first word");
  } catch {
    for (;;);
  }
}

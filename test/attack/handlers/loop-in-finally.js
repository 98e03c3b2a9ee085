// ---
// description: Goes on in finally
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  try {
    for (;;);
  } finally {
    for (;;);
  }
}

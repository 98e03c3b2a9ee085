// ---
// description: An empty endless loop
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  for (;;);
}

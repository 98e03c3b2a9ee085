// ---
// description: Squaring for ever
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  let n = 3n;
  for (;;) n *= n;
}

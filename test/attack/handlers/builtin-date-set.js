// ---
// description: Dates at the edge of time
// on: [qemu/prepare]
// ---
// expect: timeout|error
export default async function (event, host) {
  const date = new Date(8.64e15);
  for (;;) date.setMonth(1e12, 1e12), date.setTime(-8.64e15), date.toString();
}

// ---
// description: localeCompare and case changes of large texts
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const text = "\u0130\u00df".repeat(500_000);
  for (;;) text.toLowerCase().localeCompare(text.toUpperCase());
}

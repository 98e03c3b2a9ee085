// ---
// description: Parsing a wide text
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const text = `[${"1,".repeat(2_000_000)}1]`;
  for (;;) JSON.parse(text);
}

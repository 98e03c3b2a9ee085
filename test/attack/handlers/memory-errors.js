// ---
// description: Errors with their stacks
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (;;) hog.push(new Error("x".repeat(1_000)));
}

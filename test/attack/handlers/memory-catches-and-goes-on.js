// ---
// description: Catches that memory is out and goes on asking
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (;;) {
    try {
      hog.push(new Array(1_000).fill("x".repeat(100)));
    } catch {
      hog.length >>= 1;
    }
  }
}

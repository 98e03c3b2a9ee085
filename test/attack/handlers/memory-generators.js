// ---
// description: Generators left in the middle
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  function* one() {
    yield new Array(100);
  }
  for (;;) {
    const started = one();
    started.next();
    hog.push(started);
  }
}

// ---
// description: forEach over a map that grows
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const map = new Map([[0, 0]]);
  let next = 1;
  map.forEach((_, key) => {
    map.delete(key);
    map.set(next, next++);
  });
}

/*---
description: Each microtask makes the next
on: [qemu/prepare]
---*/
// expect: timeout|error
export default async function (event, host) {
  const again = () => Promise.resolve().then(again);
  await again();
}

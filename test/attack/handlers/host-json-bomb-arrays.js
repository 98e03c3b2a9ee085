/*---
description: Gives the host a short text that is millions of arrays
on: [qemu/prepare]
---*/
// expect: error|resources|success|timeout
export default async function (event, host) {
  const some = new Array(1_000).fill([]);
  for (let i = 0; i < 20; i++) {
    try {
      await host.exec("true", new Array(2_600).fill(some));
    } catch {}
  }
}

/*---
description: Gives the host a short text that is millions of objects
on: [qemu/prepare]
---*/
// expect: error|resources|success|timeout
export default async function (event, host) {
  const some = new Array(1_000).fill({});
  for (const times of [500, 1_000, 2_000, 4_000, 5_000]) {
    try {
      host.log.info("many", new Array(times).fill(some));
    } catch {}
  }
}

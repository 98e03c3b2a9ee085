// ---
// description: Gives the host a short text that is millions of arrays
// on: [qemu/prepare]
// ---
// expect: error|resources|success|timeout
// time: 8000
export default async function (event, host) {
  const some = new Array(1_000).fill([]);
  await host.exec("true", new Array(4_000).fill(some));
}

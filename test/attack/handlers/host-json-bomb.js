// ---
// description: Gives the host a short text that is millions of objects
// on: [qemu/prepare]
// ---
// expect: error|resources|success|timeout
// time: 8000
export default async function (event, host) {
  const some = new Array(1_000).fill({});
  host.log.info("many", new Array(4_000).fill(some));
}

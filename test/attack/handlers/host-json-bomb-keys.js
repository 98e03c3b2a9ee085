// ---
// description: Gives the host an object of half a million names
// on: [qemu/prepare]
// ---
// expect: error|resources|success|timeout
export default async function (event, host) {
  const wide = {};
  for (let i = 0; i < 300_000; i++) wide[`k${i}`] = 0;
  for (let i = 0; i < 5; i++) {
    try {
      host.log.info("many", wide);
    } catch {}
  }
}

// ---
// description: Large texts of wide characters, one after the other
// on: [qemu/prepare]
// ---
// expect: success|timeout|resources|error
// time: 4000
export default async function (event, host) {
  const text = "日".repeat(3_000_000);
  for (let i = 0; i < 200; i++) host.log.info(text);
}

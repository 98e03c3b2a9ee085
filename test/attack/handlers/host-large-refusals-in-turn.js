// ---
// description: Large calls that are refused, one after the other
// on: [qemu/prepare]
// ---
// expect: success|timeout|resources|error
// time: 4000
export default async function (event, host) {
  const text = "x".repeat(5_000_000);
  for (let i = 0; i < 200; i++) {
    await host.exec("id", [text]).catch(() => {});
    await host.fs.read(`/${text}`).catch(() => {});
  }
}

// ---
// description: Makes calls that are refused until it is stopped
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
// then: record < 1000000
export default async function (event, host) {
  for (;;) await host.exec("id").catch(() => {});
}

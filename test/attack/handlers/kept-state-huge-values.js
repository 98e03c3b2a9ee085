// ---
// description: Keeps values of megabytes
// on: [qemu/prepare]
// ---
// expect: timeout|error|resources|success
export default async function (event, host) {
  for (let i = 0; i < 50; i++) await host.state.set(`key ${i}`, "x".repeat(4_000_000));
}

// ---
// description: Keeps values until it is stopped
// on: [qemu/prepare]
// ---
// expect: timeout|error|resources|success
export default async function (event, host) {
  for (let i = 0;; i++) await host.state.set(`key ${i}`, { i });
}

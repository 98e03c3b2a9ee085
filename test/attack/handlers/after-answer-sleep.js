// ---
// description: Leaves a call open that never ends
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  host.sleep(1e9);
}

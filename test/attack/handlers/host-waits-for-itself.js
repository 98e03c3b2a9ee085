// ---
// description: waitFor in waitFor in waitFor
// on: [qemu/prepare]
// ---
// expect: timeout|error|resources
export default async function (event, host) {
  const again = () => host.waitFor(again);
  await again();
}

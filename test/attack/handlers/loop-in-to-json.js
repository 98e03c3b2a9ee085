// ---
// description: Gives the host an argument whose toJSON never ends
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  await host.exec("true", [{ toJSON() { for (;;); } }]);
}

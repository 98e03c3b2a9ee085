// ---
// description: Takes the lock that it holds
// on: [qemu/prepare]
// ---
// expect: timeout|error
export default async function (event, host) {
  await host.lock("mine", () => host.lock("mine", () => {}));
}

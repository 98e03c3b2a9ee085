// ---
// description: Takes a lock and never comes back
// on: [qemu/prepare]
// ---
// expect: timeout|error
export default async function (event, host) {
  await host.lock("mine", () => new Promise(() => {}));
}

// ---
// description: waitFor with times that are no times
// on: [qemu/prepare]
// ---
// expect: timeout|error
export default async function (event, host) {
  await host.waitFor(() => false, { every: -1e308, timeout: { valueOf: () => Infinity } });
}

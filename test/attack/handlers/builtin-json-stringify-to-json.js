// ---
// description: toJSON that always gives one more level
// on: [qemu/prepare]
// ---
// expect: error|timeout|resources
export default async function (event, host) {
  const endless = { toJSON: () => ({ next: endless }) };
  JSON.stringify(endless);
}

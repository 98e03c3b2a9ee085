// ---
// description: Looks around by import.meta
// on: [qemu/prepare]
// ---
// expect: success|error
export default async function (event, host) {
  const meta = import.meta;
  for (const key of Reflect.ownKeys(meta)) if (/file:|\/(etc|root|tmp)/.test(String(meta[key]))) host.fail(`${String(key)} ${meta[key]}`);
}

// ---
// description: caller and arguments of the bridge's functions
// on: [qemu/prepare]
// ---
// expect: success
export default async function (event, host) {
  const found = [];
  const spy = {
    toJSON() {
      for (const key of ["caller", "arguments", "callee"]) {
        try {
          if (spy.toJSON[key] || host.exec[key]) found.push(key);
        } catch {}
      }
      return 1;
    },
  };
  await host.exec("id", [spy]).catch(() => {});
  if (found.length > 0) host.fail(found.join());
}

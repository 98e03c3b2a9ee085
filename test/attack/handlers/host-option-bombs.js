// ---
// description: Options of every wrong kind
// on: [qemu/prepare]
// allow:
//   exec: ["true"]
// ---
// expect: success|timeout
export default async function (event, host) {
  const refused = async (options) => {
    try {
      await host.exec("true", [], options);
    } catch (error) {
      if (!/internal error/.test(error.message)) return;
    }
    host.fail(`taken: ${JSON.stringify(options).slice(0, 100)}`);
  };
  await refused([]);
  await refused("x");
  await refused({ stdin: 1 });
  await refused({ stdin: {} });
  await refused({ timeout: -1 });
  await refused({ timeout: 0 });
  await refused({ timeout: "1 year" });
  await refused({ timeout: "1e309s" });
  await refused({ timeout: {} });
  await refused({ env: [] });
  await refused({ env: { "A=B": "x" } });
  await refused({ env: { "": "x" } });
  await refused({ env: { LD_PRELOAD: "/x" } });
  await refused({ env: { A: "\0" } });
  await refused({ env: JSON.parse('{"__proto__": "x"}') });
  await refused({ check: "no" });
  await refused({ shell: true });
  await refused(JSON.parse('{"__proto__": {"stdin": "x"}}'));
  await refused(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`o${i}`, i])));
}

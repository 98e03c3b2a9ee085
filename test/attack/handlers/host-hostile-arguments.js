// ---
// description: Arguments that are proxies, getters, cycles, symbols, functions, big numbers
// on: [qemu/prepare]
// ---
// expect: success|timeout
export default async function (event, host) {
  const cycle = {};
  cycle.cycle = cycle;
  const hostile = [
    cycle, Symbol("x"), 1n, () => {}, NaN, -0, Infinity, undefined, null, [], {}, "", "\0", "\ud800", new Date(NaN),
    new Proxy({}, { get() { throw new Error("get"); }, ownKeys() { throw new Error("keys"); } }),
    new Proxy([], { get: (_, key) => key === "length" ? 2 ** 53 - 1 : undefined }).x,
    { get x() { throw new Error("getter"); } }, { toJSON() { throw new Error("toJSON"); } }, { toJSON: () => undefined },
    { toJSON: () => ({ toJSON: 1 }) }, new Map([[1, 2]]), new Uint8Array(8), /x/, new String("sh"), Object.create(null),
    { __proto__: null, constructor: 1 }, JSON.parse('{"__proto__": {"check": false}}'), [[[[]]]], -1, 1e308, "x".repeat(1e3),
  ];
  const calls = [host.exec, host.sleep, ...Object.values(host.fs)];
  for (const call of calls) {
    for (const one of hostile) {
      for (const args of [[one], ["/x", one, one]]) {
        if (call === host.sleep && typeof one === "number" && one > 0) continue;
        try {
          await Promise.race([call(...args)]);
        } catch (error) {
          if (/internal error/.test(error.message)) host.fail(`${error.message} for ${String(one)}`);
        }
      }
    }
  }
  for (const level of ["debug", "info", "warn", "error"]) {
    for (const one of hostile) {
      try {
        host.log[level](one, one);
      } catch {}
    }
  }
}

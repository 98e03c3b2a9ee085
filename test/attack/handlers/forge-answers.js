// ---
// description: Settles its own calls with forged results
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: success|error
export default async function (event, host) {
  const { set } = Map.prototype;
  let settle;
  Map.prototype.set = function (key, value) {
    if (typeof value === "function") settle = value;
    return set.call(this, key, value);
  };
  const running = host.exec("sh", ["-c", "exit 3"], { check: false });
  Map.prototype.set = set;
  settle?.({ value: { code: 0, forged: true } });
  settle?.({ value: { code: 0, forged: true } });
  await running;
  await host.sleep(50);
  for (let i = 0; i < 10; i++) settle?.({ error: { name: "x", message: "y" } });
}

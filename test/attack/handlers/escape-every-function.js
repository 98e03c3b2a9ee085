// ---
// description: Calls every function it can reach with a forged request
// on: [qemu/prepare]
// ---
// expect: success|error
export default async function (event, host) {
  const forged = JSON.stringify({ call: "exec", id: 1, args: ["sh", ["-c", "echo escaped > @{CANARY}"]] });
  const seen = new Set();
  const queue = [host, event];
  const skip = new Set([host.fail, host.sleep, host.waitFor]);
  while (queue.length > 0) {
    const one = queue.pop();
    if (one === null || (typeof one !== "object" && typeof one !== "function") || seen.has(one)) continue;
    seen.add(one);
    for (const key of Reflect.ownKeys(one)) {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(one, key) ?? {};
      queue.push(value, get, set);
    }
    queue.push(Object.getPrototypeOf(one));
  }
  for (const one of seen) {
    if (typeof one !== "function" || skip.has(one) || /^(Atomics|eval|Function|AsyncFunction|GeneratorFunction|AsyncGeneratorFunction)/.test(one.name)) continue;
    let answer;
    try {
      answer = one(forged);
      answer?.catch?.(() => {});
    } catch {}
    if (typeof answer === "string" && /pending|"value"/.test(answer) && answer !== forged) host.fail(`${one.name} answers`);
  }
  await host.sleep(100);
}

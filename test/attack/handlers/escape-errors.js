// ---
// description: Looks for the host in its errors
// on: [qemu/prepare]
// ---
// expect: success
export default async function (event, host) {
  const texts = [];
  for (const act of [() => host.exec("id"), () => host.fs.read("/x"), () => host.log.info(1n), () => host.nothing(), () => event.xml]) {
    try {
      await act();
    } catch (error) {
      for (let one = error; one; one = one.cause) {
        for (const key of Reflect.ownKeys(one)) texts.push(`${String(key)}=${String(one[key])}`);
        texts.push(String(one.stack), String(one.constructor), String(Object.getPrototypeOf(one)));
      }
    }
  }
  const leak = texts.find((text) => /file:\/\/|\.ts:|deno|bundle|wasm/i.test(text));
  if (leak) host.fail(`leak: ${leak}`);
}

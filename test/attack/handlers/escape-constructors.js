// ---
// description: Looks for the host by constructors
// on: [qemu/prepare]
// ---
// expect: success
export default async function (event, host) {
  const found = [];
  const names = ["Deno", "process", "require", "module", "WebAssembly", "fetch", "Worker", "XMLHttpRequest", "std", "os", "bjs", "scriptArgs", "print", "load", "setTimeout"];
  const globals = [globalThis, host.exec.constructor("return this")(), (0, eval)("this"), Reflect.construct(host.log.info.constructor, ["return globalThis"])()];
  for (const object of globals) for (const name of names) if (object?.[name] !== undefined) found.push(name);
  for (const kind of [async () => {}, function* () {}, async function* () {}]) {
    const made = Object.getPrototypeOf(kind).constructor("return typeof Deno");
    void made;
  }
  if (found.length > 0) host.fail(`found ${found.join(", ")}`);
}

// ---
// description: Looks for functions of the bridge on the stack
// on: [qemu/prepare]
// ---
// expect: success
export default async function (event, host) {
  let sites = [];
  Error.prepareStackTrace = (_, frames) => {
    sites = frames;
    return "";
  };
  try {
    const error = await host.exec("id").catch((error) => error);
    error.stack;
    for (const site of sites) {
      for (const method of ["getFunction", "getThis", "getEvalOrigin", "getTypeName"]) {
        const found = site[method]?.();
        if (typeof found === "function") {
          try {
            found("end", [{}]);
            found(JSON.stringify({ call: "exec", id: 1, args: ["sh", ["-c", "echo escaped > @{CANARY}"]] }));
          } catch {}
        }
      }
    }
  } finally {
    delete Error.prepareStackTrace;
  }
  await host.sleep(100);
}

// ---
// description: Keeps values under every odd name
// on: [qemu/prepare]
// ---
// expect: timeout|error|success
export default async function (event, host) {
  for (const key of ["", "\0", "\n", "__proto__", "constructor", "'; drop table state; --", "x".repeat(1e6), 1, null, {}, [], "%", "\ud800", "../x"]) {
    for (const call of ["set", "get", "delete", "list"]) {
      for (const place of [host.state, host.state.host]) {
        try {
          await place[call](key, 1);
        } catch (error) {
          if (/internal error/.test(error.message)) host.fail(error.message);
        }
      }
    }
  }
}

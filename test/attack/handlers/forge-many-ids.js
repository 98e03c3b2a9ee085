// ---
// description: Thousands of commands under one id
// on: [qemu/prepare]
// allow:
//   exec: ["sleep *"]
// ---
// expect: error|fail|timeout|success|resources
// then: processes
export default async function (event, host) {
  Object.prototype.toJSON = function () {
    return this?.call === "log" ? { call: "exec", id: 7, args: ["sleep", ["9.@{TAG}"]] } : this;
  };
  for (let i = 0; i < 3_000; i++) {
    try {
      host.log.info("forged");
    } catch {}
  }
  delete Object.prototype.toJSON;
}

// ---
// description: Commands under one id, so that the host forgets all but the last
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: error|fail|timeout|success
// then: canary after 2500
export default async function (event, host) {
  let id = 7;
  Object.prototype.toJSON = function () {
    return this?.call === "log" ? { call: "exec", id, args: ["sh", ["-c", "sleep 2; echo late >> @{CANARY}"], { env: {} }] } : this;
  };
  for (let i = 0; i < 20; i++) {
    try {
      host.log.info("forged");
    } catch {}
  }
  delete Object.prototype.toJSON;
  throw new Error("over");
}

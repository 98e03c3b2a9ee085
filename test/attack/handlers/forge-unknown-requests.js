// ---
// description: Requests that no bridge would make
// on: [qemu/prepare]
// ---
// expect: success|error
export default async function (event, host) {
  const requests = [null, 1, "x", [], {}, { call: 1 }, { call: "exec" }, { call: "exec", args: {} }, { call: "__proto__", args: [] }, { call: "constructor", args: [] }, { call: "toString", args: [] }, { call: "settle", args: [] }, { call: "fail", args: { length: 1 } }, { call: "event.nothing", args: [] }, { call: "exec", id: "x", args: [] }, { call: "exec", id: -1e308, args: [null] }, { call: "log", args: [{}, {}, {}] }, { call: "end" }];
  for (const request of requests) {
    let used = false;
    Object.prototype.toJSON = function () {
      if (used) return this;
      used = true;
      return request;
    };
    try {
      host.log.info("forged");
    } catch {}
    delete Object.prototype.toJSON;
  }
}

// ---
// description: Says that it has ended well, then fails
// on: [qemu/prepare]
// ---
// expect: success|error|fail
export default async function (event, host) {
  Object.prototype.toJSON = function () {
    return this?.call === undefined ? this : { call: "end", args: [{}] };
  };
  try {
    host.log.info("forged");
  } catch {}
  delete Object.prototype.toJSON;
  throw new Error("after its end");
}

// ---
// description: Fails, then says that it has ended well
// on: [qemu/prepare]
// ---
// expect: fail
// says: the first word
export default async function (event, host) {
  try {
    host.fail("the first word");
  } catch {}
  Object.prototype.toJSON = () => ({ call: "end", args: [{}] });
  try {
    host.log.info("forged");
  } catch {}
}

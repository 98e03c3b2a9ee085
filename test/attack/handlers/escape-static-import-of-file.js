// ---
// description: Imports a file
// on: [qemu/prepare]
// ---
// expect: error
import text from "/etc/hostname" with { type: "text" };
export default (event, host) => host.log.info(text);

// ---
// description: Imports a module of the host
// on: [qemu/prepare]
// ---
// expect: error
// says: cannot import
import fs from "node:fs";
export default () => fs.writeFileSync("@{CANARY}", "escaped");

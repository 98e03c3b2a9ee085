// ---
// description: Imports a module of the host
// on: [qemu/prepare]
// ---
// expect: error
// says: import is not possible
import fs from "node:fs";
export default () => fs.writeFileSync("@{CANARY}", "escaped");

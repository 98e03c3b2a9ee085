/**
 * Full names of what emscripten's minifier shortened in `emscripten-module.wasm` of
 * `@jitl/quickjs-ng-wasmfile-release-sync@0.32.0`, by the short ones.
 */

/**
 * Imports. Read off the object of functions in the package's `emscripten-module.browser.mjs`, which does not name
 * them; the names are those of emscripten's and quickjs-emscripten's sources (`library.js`, `c/interface.c`).
 */
export const IMPORT_NAMES: [string, string][] = [
  ["a", "memory"],
  ["b", "__assert_fail"],
  ["c", "fd_write"],
  ["d", "fd_close"],
  ["e", "environ_get"],
  ["f", "environ_sizes_get"],
  ["g", "normalizeModule"],
  ["h", "loadModule"],
  ["i", "shouldInterrupt"],
  ["j", "setitimer"],
  ["k", "resize_heap"],
  ["l", "keepalive"],
  ["m", "localtime"],
  ["n", "tzset"],
  ["o", "fd_seek"],
  ["p", "date_now"],
  ["q", "clock_time_get"],
  ["r", "abort"],
  ["s", "proc_exit"],
  ["t", "callFunction"],
  ["u", "freeHostRef"],
];

/** Marks of some of those functions in the glue, so that another version is not mistaken for this one. */
const MARKS: [string, string][] = [
  ["b", "Assertion failed"],
  ["k", "2147483648<a"],
  ["m", "getSeconds()"],
  ["n", "getTimezoneOffset"],
  ["p", "Date.now()"],
  ["t", "c.callbacks.callFunction"],
  ["i", "c.callbacks.shouldInterrupt"],
  ["h", "c.callbacks.loadModuleSource"],
  ["g", "c.callbacks.normalizeModule"],
  ["u", "c.callbacks.freeHostRef"],
];

/** Exports that the glue keeps in variables of its own, by what it uses them for. */
const UNNAMED_EXPORTS: [RegExp, string][] = [
  [/;([A-Za-z]+)\.v\(\);/, "_initialize"],
];

/** The order of the last assignments in the glue: variables for emscripten's own functions. */
const STACK_FUNCTIONS = ["timeout", "stackRestore", "stackAlloc", "stackGetCurrent"];

/**
 * Reads the exports' names out of the glue (`c._QTS_Call=b.na;`), and checks that it is the glue which
 * {@link IMPORT_NAMES} belong to.
 *
 * @throws {Error} when the glue does not look as expected.
 */
export function exportNames(glue: string): Map<string, string> {
  for (const [short, mark] of MARKS) {
    const at = glue.indexOf(`${short}:`, glue.indexOf("wa={"));
    if (at < 0 || !glue.includes(mark)) throw new Error(`the glue's import "${short}" is not ${mark}`);
  }
  const names = new Map<string, string>();
  for (const [, full = "", short = ""] of glue.matchAll(/c\._(\w+)=\s*b\.([\w$]+);/g)) names.set(short, full);
  const own = /c\._QTS_bjson_decode=b\.La;(\w+)=b\.(\w+);(\w+)=b\.(\w+);(\w+)=b\.(\w+);(\w+)=b\.(\w+);/.exec(
    glue,
  );
  if (!own) throw new Error("the glue's own functions are not where they were expected");
  STACK_FUNCTIONS.forEach((full, index) => names.set(own[2 * index + 2] ?? "", full));
  for (const [pattern, full] of UNNAMED_EXPORTS) {
    if (!pattern.test(glue)) throw new Error(`the glue does not call ${full}`);
    names.set("v", full);
  }
  return names;
}

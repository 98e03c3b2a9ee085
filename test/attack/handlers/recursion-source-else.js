// ---
// description: Source text of a long else if
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new Function("if (0) 1;" + "else if (0) 1;".repeat(50_000))();
}

// ---
// description: Source text of a hundred thousand signs
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new Function("return " + "- ".repeat(200_000) + "1")();
}

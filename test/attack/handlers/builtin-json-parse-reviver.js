// ---
// description: A reviver that makes more to revive
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error|success
export default async function (event, host) {
  JSON.parse("[0]", function (key, value) {
    return this[key] = [[0], [0]];
  });
}

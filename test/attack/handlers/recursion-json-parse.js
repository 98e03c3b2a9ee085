// ---
// description: Parsing a hundred thousand levels
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  JSON.parse("[".repeat(200_000));
}

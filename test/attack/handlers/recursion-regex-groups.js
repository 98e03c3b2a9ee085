// ---
// description: A pattern of a hundred thousand brackets
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  new RegExp("(".repeat(100_000) + ")".repeat(100_000));
}

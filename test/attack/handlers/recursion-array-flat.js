// ---
// description: Flattening a hundred thousand levels
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  let array = [];
  for (let i = 0; i < 100_000; i++) array = [array];
  array.flat(Infinity);
}

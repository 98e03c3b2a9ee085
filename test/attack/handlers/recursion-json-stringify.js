// ---
// description: Writing a hundred thousand levels
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  let object = {};
  for (let i = 0; i < 100_000; i++) object = { object };
  JSON.stringify(object);
}

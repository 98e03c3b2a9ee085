// ---
// description: Looking for what is not there along a long chain
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  let object = {};
  for (let i = 0; i < 200_000; i++) object = Object.create(object);
  for (;;) object.missing;
}

// ---
// description: The same object many times over
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  let object = { a: 1 };
  for (let i = 0; i < 60; i++) object = [object, object];
  JSON.stringify(object);
}

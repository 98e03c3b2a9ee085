// ---
// description: valueOf and toPrimitive call each other
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const object = { [Symbol.toPrimitive]: () => +object };
  +object;
}

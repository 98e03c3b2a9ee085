// ---
// description: A toString that makes itself a string
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const object = { toString: () => `${object}` };
  `${object}`;
}

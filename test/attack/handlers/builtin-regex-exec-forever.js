// ---
// description: A lastIndex that is always set back
// on: [qemu/prepare]
// ---
// expect: timeout
export default async function (event, host) {
  const pattern = /a/g;
  while (pattern.exec("a")) pattern.lastIndex = 0;
}

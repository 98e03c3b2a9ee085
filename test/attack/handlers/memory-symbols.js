// ---
// description: Ever more symbols
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  for (let i = 0;; i++) Symbol.for(`symbol ${i}`);
}

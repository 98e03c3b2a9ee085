// ---
// description: Ever more code
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (let i = 0;; i++) hog.push(new Function(`return ${i}${" + 1".repeat(1_000)}`));
}

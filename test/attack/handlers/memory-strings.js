// ---
// description: Ever more text
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (let i = 0;; i++) hog.push(String(i).repeat(10_000));
}

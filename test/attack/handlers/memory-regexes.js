// ---
// description: Ever more regular expressions
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = [];
  for (let i = 0;; i++) hog.push(new RegExp(`a{${i}}(b|c)*${i}`));
}

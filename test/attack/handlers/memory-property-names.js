// ---
// description: An object with ever more names
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  const hog = {};
  for (let i = 0;; i++) hog[`name ${i}`] = i;
}

// ---
// description: join on a sparse array of the largest length
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const sparse = [];
  sparse.length = 2 ** 32 - 1;
  sparse.join("");
}

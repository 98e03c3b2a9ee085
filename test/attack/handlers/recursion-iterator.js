// ---
// description: An iterator that iterates itself
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const object = {
    *[Symbol.iterator]() {
      yield* object;
    },
  };
  for (const one of object) void one;
}

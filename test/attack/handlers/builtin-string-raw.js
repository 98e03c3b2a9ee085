// ---
// description: String.raw on the largest length
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  String.raw({ raw: { length: 2 ** 53 - 1 } });
}

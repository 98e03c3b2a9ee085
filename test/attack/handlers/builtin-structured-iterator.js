// ---
// description: Destructuring an endless iterator
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  const [...all] = { [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) };
  void all;
}

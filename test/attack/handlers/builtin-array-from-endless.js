// ---
// description: Array.from on an endless iterator
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  Array.from({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) });
}

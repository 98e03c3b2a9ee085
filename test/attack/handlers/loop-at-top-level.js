// ---
// description: Never gets to its export
// on: [qemu/prepare]
// ---
// expect: timeout
for (;;);
export default () => {};

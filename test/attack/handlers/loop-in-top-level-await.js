// ---
// description: Awaits for ever before its export
// on: [qemu/prepare]
// ---
// expect: timeout
for (;;) await 0;
export default () => {};

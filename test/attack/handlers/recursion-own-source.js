// ---
// description: The handler itself is a hundred thousand brackets deep
// on: [qemu/prepare]
// ---
// expect: error|resources
@{100000*(}1@{100000*)};
export default () => {};

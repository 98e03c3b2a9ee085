// ---
// description: Throws what is described as millions of objects
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout
// time: 8000
const some = new Array(1_000).fill({});
String.prototype.slice = () => new Array(4_000).fill(some);
throw new Error("x");
export default () => {};

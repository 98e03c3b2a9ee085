// ---
// description: A getter that reads itself
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  const object = {
    get own() {
      return object.own;
    },
  };
  object.own;
}

// ---
// description: replace with a pattern that doubles what it matched
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  let text = "a";
  for (;;) text = text.replace(/.*/s, "$&$&");
}

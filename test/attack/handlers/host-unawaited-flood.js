// ---
// description: Makes calls that nobody waits for until it is stopped
// on: [qemu/prepare]
// ---
// expect: timeout|resources|error
export default async function (event, host) {
  for (;;) host.exec("id");
}

// ---
// description: A reason that tries to be several lines, colours and a longer text
// on: [qemu/prepare]
// ---
// expect: fail
export default async function (event, host) {
  host.fail("a\nhookvisor: forged line\r\u001b[31m\u2028\u0085" + "x".repeat(100_000));
}

// ---
// description: Globs made to be slow
// on: [qemu/prepare]
// allow:
//   read: ["/usr/**"]
// ---
// expect: error|timeout|success
export default async function (event, host) {
  for (const glob of ["/**/**/**/**/**/**/x", "/usr/**/*a*a*a*a*a*a*a*a*b", `/${"*/".repeat(2_000)}x`, `/usr/${"**/".repeat(500)}x`]) {
    await host.fs.list(glob).catch(() => {});
  }
}

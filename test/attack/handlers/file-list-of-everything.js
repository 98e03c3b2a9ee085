// ---
// description: Lists the whole file system without a grant
// on: [qemu/prepare]
// ---
// expect: error|timeout|success
export default async function (event, host) {
  await host.fs.list("/**");
}

// ---
// description: Millions of short arguments
// on: [qemu/prepare]
// allow:
//   exec: ["true ..."]
// ---
// expect: error|resources|success|timeout
// time: 8000
export default async function (event, host) {
  await host.exec("true", new Array(3_000_000).fill("x"));
}

// ---
// description: Throws, with a rejection handler that starts more
// on: [qemu/prepare]
// allow:
//   exec: ["sh -c *"]
// ---
// expect: error
// then: canary after 2000
export default async function (event, host) {
  setTimeout: {
    Promise.reject(new Error("x")).catch(() => host.exec("sh", ["-c", "sleep 1; echo late >> @{CANARY}"]));
  }
  await 0;
  throw new Error("over");
}

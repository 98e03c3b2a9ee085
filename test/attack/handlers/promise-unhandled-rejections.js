// ---
// description: A flood of rejections that nobody handles
// on: [qemu/prepare]
// ---
// expect: success|timeout|resources|error
export default async function (event, host) {
  for (let i = 0; i < 200_000; i++) Promise.reject(new Error("x"));
}

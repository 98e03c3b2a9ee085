// ---
// description: A chain of a hundred thousand proxies
// on: [qemu/prepare]
// ---
// expect: error|resources|timeout|success
export default async function (event, host) {
  let proxy = {};
  for (let i = 0; i < 100_000; i++) proxy = new Proxy(proxy, {});
  proxy.x;
  Object.keys(proxy);
}

// ---
// description: Proxies of proxies
// on: [qemu/prepare]
// ---
// expect: resources|error|timeout
export default async function (event, host) {
  let hog = {};
  for (;;) hog = new Proxy(hog, {});
}

// ---
// description: Add routes through a network's bridge while the network is up
// on: [network/started]
// networks: ["*"]
// timeout: 5s
// allow:
//   exec: [ip route replace * via * dev *, ip route del * via * dev *]
// options:
//   routes: []
// ---
// In config.yaml: routes: [{to: 10.20.0.0/16, via: 192.168.122.2}]
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const dev = event.network.bridge;
  for (const { to, via } of host.options.routes) {
    // 1: there is no such bridge any more; 2: no such route.
    await host.undo("ip", ["route", "del", to, "via", via, "dev", dev], { gone: [1, 2] });
    await host.exec("ip", ["route", "replace", to, "via", via, "dev", dev]);
  }
}

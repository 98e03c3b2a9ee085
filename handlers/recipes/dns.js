// ---
// description: Let the host's dnsmasq know guests by the names and addresses that a network reserves for them
// on: [network/port-created, network/port-deleted]
// timeout: 10s
// onFailure: ignore
// allow:
//   exec: [systemctl reload *]
//   write: [/etc/dnsmasq.d/guests/*]
// options:
//   unit: dnsmasq.service
//   domain: vm
// ---
// Once: mkdir /etc/dnsmasq.d/guests, and addn-hosts=/etc/dnsmasq.d/guests in dnsmasq.conf.
// From <host mac= name= ip=> of the network; a port that is deleted twice is gone already.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const { mac } = event.port;
  const reserved = event.network.ips.flatMap((ip) => ip.dhcpHosts).find((one) => one.mac === mac);
  if (reserved?.name === undefined || reserved.ip === undefined) return;
  const file = `/etc/dnsmasq.d/guests/${mac.replaceAll(":", "-")}`;
  if (event.operation === "port-created") {
    await host.fs.write(file, `${reserved.ip} ${reserved.name}.${host.options.domain} ${reserved.name}\n`);
  } else if (!(await host.fs.remove(file))) return;
  await host.exec("systemctl", ["reload", host.options.unit]);
}

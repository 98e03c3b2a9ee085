// ---
// description: Put a guest's interfaces into their VLAN on a bridge that filters VLANs
// on: [qemu/start, qemu/reconnect]
// timeout: 5s
// allow:
//   exec:
//     - bridge vlan add dev vnet* vid *
//     - bridge vlan add dev vnet* vid * pvid untagged
//     - bridge vlan del dev vnet* vid 1
// options:
//   untagged: 0
//   tagged: []
// ---
// For bridges with vlan_filtering 1. The interfaces go with the guest, and their VLANs with them.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  const { untagged, tagged } = host.options;
  for (const { target } of event.domain.interfaces) {
    if (!target?.dev?.startsWith("vnet")) continue;
    const add = (vid, ...how) => host.exec("bridge", ["vlan", "add", "dev", target.dev, "vid", vid, ...how]);
    if (untagged > 0) await add(untagged, "pvid", "untagged");
    for (const vid of tagged) await add(vid);
    // Else the guest stays in the bridge's default VLAN too.
    const others = [untagged, ...tagged].filter((vid) => vid > 0);
    if (others.length === 0 || others.includes(1)) continue;
    await host.exec("bridge", ["vlan", "del", "dev", target.dev, "vid", "1"], { check: false });
  }
}

// ---
// description: Run a tree of scripts, GUEST/OPERATION/SUB-OPERATION/*, as the dispatcher of VFIO-Tools does
// on: [qemu/*]
// timeout: 60s
// allow:
//   scripts: [/etc/libvirt/hooks/qemu.d]
// options:
//   tree: /etc/libvirt/hooks/qemu.d
// ---
// The scripts stay as they are: arguments, XML on standard input, in order, and the first that fails is the reason.
/** @type {import("./handler.d.ts").Handler} */
export default async function ({ name, operation, subOperation }, host) {
  const place = [host.options.tree, name, operation, subOperation].join("/");
  for (const script of await host.scripts.list(place)) await host.scripts.run(script);
}

// ---
// description: Take the only graphics card from the host's desktop, and give it back when the guest is gone
// on: [qemu/prepare]
// when: {hostdev: true}
// timeout: 100s
// allow:
//   exec: [systemctl stop *, systemctl start *, modprobe nvidia*, modprobe -r nvidia*]
//   read: [/sys/class/vtconsole/*, /sys/bus/platform/drivers/*-framebuffer/*, /sys/module/*]
//   write: [/sys/class/vtconsole/*/bind, /sys/bus/platform/drivers/*-framebuffer/bind, /sys/bus/platform/drivers/*-framebuffer/unbind]
// options:
//   displayManager: display-manager.service
//   modules: [nvidia_drm, nvidia_modeset, nvidia_uvm, nvidia]
//   patienceSeconds: 20
// ---
// Other guests have PCI devices too? Then name this one above: guests: [win11].
// For amdgpu: modules: [], and libvirt (managed='yes') or pci-rebind takes the card. What is undone comes in reverse order.
/** @type {import("./handler.d.ts").Handler} */
export default async function (event, host) {
  if (event.domain.hostPciAddresses.length === 0) return; // a USB stick takes nobody's screen
  const { displayManager, modules, patienceSeconds } = host.options;
  const timeout = "40s";
  await host.undo("systemctl", ["start", displayManager], { timeout });
  await host.exec("systemctl", ["stop", displayManager], { timeout });

  for (const bind of await host.fs.list("/sys/class/vtconsole/*/bind")) await host.fs.set(bind, "0");

  for (const device of await host.fs.list("/sys/bus/platform/drivers/*-framebuffer/*-framebuffer.*")) {
    const at = device.lastIndexOf("/");
    const [driver, name] = [device.slice(0, at), device.slice(at + 1)];
    // A driver that has taken the screen over meanwhile leaves nothing to bind.
    await host.fs.undo(`${driver}/bind`, name, { gone: ["ENODEV", "EBUSY", "EINVAL"] });
    await host.fs.write(`${driver}/unbind`, name);
  }

  for (const module of modules) {
    if (!(await host.fs.exists(`/sys/module/${module}`))) continue;
    await host.undo("modprobe", [module], { timeout });
    // The desktop's last programs let go of the card a little after the display manager.
    let said = "";
    await host.waitFor(async () => {
      const { code, stderr } = await host.exec("modprobe", ["-r", module], { timeout, check: false });
      said = stderr.trim();
      return code === 0;
    }, { every: 500, timeout: patienceSeconds * 1000 }).catch(() => host.fail(`${module} stays: ${said}`));
  }
}

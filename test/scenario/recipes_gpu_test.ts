/** Recipes for graphics cards: on a stand-in kernel (FUSE) that blocks, and says EBUSY and ENODEV, as the real one does. */
import assert from "node:assert/strict";
import { guestXml, HAS_MACHINE, Machine, pciHostdev } from "./recipe_machine.ts";

const ignore = !HAS_MACHINE;
const CARD = "0000:01:00.0";
const PCI = {
  [`sys/bus/pci/devices/${CARD}/driver`]: "->../../drivers/nvidia",
  [`sys/bus/pci/devices/${CARD}/driver_override`]: "(null)\n",
  [`sys/bus/pci/devices/${CARD}/.usual`]: "nvidia",
  "sys/bus/pci/drivers/nvidia/unbind": "",
  "sys/bus/pci/drivers/nvidia/bind": "",
  "sys/bus/pci/drivers/vfio-pci/unbind": "",
  "sys/bus/pci/drivers/vfio-pci/bind": "",
  "sys/bus/pci/drivers_probe": "",
};
const MODPROBE = `echo "modprobe $*" >> $W/took`;
const GUEST = guestXml("a", { devices: pciHostdev(1) });
const driver = (machine: Machine) => machine.linkOf(`sys/bus/pci/devices/${CARD}/driver`);

Deno.test({
  name: "pci-rebind binds the guest's card to vfio-pci, and release gives it back to its driver",
  ignore,
  async fn() {
    await using machine = await Machine.start({ modprobe: MODPROBE }, PCI);
    machine.recipe("pci-rebind");
    const { code, stderr } = await machine.call("prepare", "a", GUEST);
    assert.equal(code, 0, stderr);
    assert.equal(driver(machine), "vfio-pci");
    assert.deepEqual(machine.took(), ["modprobe vfio-pci"]);
    // A second prepare finds it done, and adds nothing to undo.
    assert.equal((await machine.call("prepare", "a", GUEST)).code, 0);
    for (let times = 0; times < 2; times++) {
      await machine.call("release", "a", GUEST);
      assert.equal(driver(machine), "nvidia");
      assert.equal(machine.kernel(`sys/bus/pci/devices/${CARD}/driver_override`), "(null)");
    }
    assert.deepEqual(machine.record().undone ?? [], []);
  },
});

Deno.test({
  name: "pci-rebind: a driver that does not let go is named, and what was done comes back",
  ignore,
  async fn() {
    await using machine = await Machine.start({ modprobe: MODPROBE }, PCI);
    machine.recipe("pci-rebind", undefined, (text) => text.replace("timeout: 60s", "timeout: 3s"));
    machine.put("hang", "bus/pci/drivers/nvidia/unbind");
    const hung = await machine.call("prepare", "a", GUEST);
    assert.equal(hung.code, 1);
    assert.match(JSON.stringify(machine.record().handlers), /fs\.write[^}]*nvidia\/unbind/);
    assert.equal(driver(machine), "nvidia");
    assert.equal(machine.kernel(`sys/bus/pci/devices/${CARD}/driver_override`), "(null)");
  },
});

Deno.test({
  name: "pci-rebind: a device that is not there refuses the start, and the one before it comes back",
  ignore,
  async fn() {
    await using machine = await Machine.start({ modprobe: MODPROBE }, PCI);
    machine.recipe("pci-rebind", undefined, (text) => text.replace("timeout: 5000", "timeout: 300"));
    const two = guestXml("a", { devices: pciHostdev(1) + pciHostdev(2) });
    const absent = await machine.call("prepare", "a", two);
    assert.equal(absent.code, 1);
    assert.match(absent.stderr, /0000:02:00\.0/);
    assert.equal(driver(machine), "nvidia", "the first card came back with the failure of the second");
  },
});

const DESKTOP = {
  systemctl: `echo "systemctl $*" >> $W/took; sleep 0.3`,
  // The first -r of nvidia_drm finds it in use, as after a display manager that has just ended.
  modprobe: `echo "modprobe $*" >> $W/took
if [ "$1" = -r ]; then
  if [ -e $W/busy ]; then
    [ "$(cat $W/busy)" = always ] || rm $W/busy
    echo "modprobe: FATAL: Module $2 is in use." >&2; exit 1
  fi
  rm -rf $W/kernel/sys/module/$2
else mkdir -p $W/kernel/sys/module/$1; fi`,
};
const SCREEN = {
  "sys/class/vtconsole/vtcon0/bind": "0\n",
  "sys/class/vtconsole/vtcon1/bind": "1\n",
  "sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0/": "",
  "sys/bus/platform/drivers/efi-framebuffer/bind": "",
  "sys/bus/platform/drivers/efi-framebuffer/unbind": "",
  "sys/module/nvidia_drm/": "",
  "sys/module/nvidia/": "",
};
const framebuffer = (machine: Machine) =>
  machine.kernel("writes")?.split("\n").filter((line) => line.includes("framebuffer"));

Deno.test({
  name: "single-gpu takes desktop, consoles, framebuffer and drivers, and gives them back in reverse order",
  ignore,
  async fn() {
    await using machine = await Machine.start(DESKTOP, SCREEN);
    machine.recipe("single-gpu");
    Deno.writeTextFileSync(`${machine.folder}/busy`, "once");
    const { code, stderr } = await machine.call("prepare", "a", GUEST);
    assert.equal(code, 0, stderr);
    assert.deepEqual(machine.took(), [
      "systemctl stop display-manager.service",
      "modprobe -r nvidia_drm",
      "modprobe -r nvidia_drm",
      "modprobe -r nvidia",
    ]);
    assert.equal(machine.kernel("sys/class/vtconsole/vtcon1/bind"), "0");
    assert.deepEqual(framebuffer(machine), ["bus/platform/drivers/efi-framebuffer/unbind efi-framebuffer.0"]);

    await machine.call("release", "a", GUEST);
    assert.deepEqual(machine.took(), [
      "modprobe nvidia",
      "modprobe nvidia_drm",
      "systemctl start display-manager.service",
    ]);
    assert.equal(machine.kernel("sys/class/vtconsole/vtcon1/bind"), "1");
    assert.equal(machine.kernel("sys/class/vtconsole/vtcon0/bind"), "0");
    assert.equal(framebuffer(machine)?.at(-1), "bus/platform/drivers/efi-framebuffer/bind efi-framebuffer.0");
    await machine.call("release", "a", GUEST);
    assert.deepEqual(machine.took(), []);
  },
});

Deno.test({
  name:
    "single-gpu: a driver that stays in use refuses the start with modprobe's reason, and the desktop comes back",
  ignore,
  async fn() {
    await using machine = await Machine.start(DESKTOP, SCREEN);
    machine.recipe("single-gpu", { patienceSeconds: 1 });
    machine.put("sys/bus/platform/drivers/efi-framebuffer/.taken", "");
    Deno.writeTextFileSync(`${machine.folder}/busy`, "always");
    const { code, stderr } = await machine.call("prepare", "a", GUEST);
    assert.equal(code, 1);
    assert.match(stderr, /nvidia_drm stays: modprobe: FATAL: Module nvidia_drm is in use/);
    assert.equal(machine.took().at(-1), "systemctl start display-manager.service");
    // The framebuffer's bind said ENODEV, for the card's driver has the screen: nothing is left to be tried again.
    assert.deepEqual(machine.record().undone?.filter(({ error }) => error !== undefined), []);
  },
});

Deno.test({
  name: "single-gpu leaves the desktop of a guest that has a USB device and no PCI device",
  ignore,
  async fn() {
    await using machine = await Machine.start(DESKTOP, SCREEN);
    machine.recipe("single-gpu");
    const usb =
      "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>";
    const { code, stderr } = await machine.call("prepare", "a", guestXml("a", { devices: usb }));
    assert.equal(code, 0, stderr);
    assert.deepEqual(machine.took(), []);
    assert.equal(machine.kernel("sys/class/vtconsole/vtcon1/bind"), "1");
  },
});

Deno.test({
  name: "mdev makes the devices that a guest names and removes them; none left refuses the start",
  ignore,
  async fn() {
    const place = "sys/class/mdev_bus/0000:00:02.0/mdev_supported_types/i915-GVTg_V5_4";
    await using machine = await Machine.start({}, {
      [`${place}/create`]: "",
      [`${place}/available_instances`]: "1\n",
      "sys/bus/mdev/devices/": "",
    });
    machine.recipe("mdev");
    const mdev = (uuid: string) => ({
      devices: "<hostdev mode='subsystem' type='mdev' model='vfio-pci'>" +
        `<source><address uuid='${uuid}'/></source></hostdev>`,
    });
    const [one, two] = ["c2177883-f1bb-47f0-914d-32a22e3a8804", "c2177883-f1bb-47f0-914d-32a22e3a8805"];
    const first = guestXml("a", mdev(one!)), second = guestXml("b", mdev(two!));
    const made = await machine.call("prepare", "a", first);
    assert.equal(made.code, 0, made.stderr);
    assert.equal(await machine.shell("ls /sys/bus/mdev/devices"), one);
    const refused = await machine.call("prepare", "b", second);
    assert.match(refused.stderr, /0000:00:02\.0 has no i915-GVTg_V5_4 left/);
    await machine.call("release", "b", second);
    assert.equal(await machine.shell("ls /sys/bus/mdev/devices"), one);
    await machine.call("release", "a", first);
    assert.equal(await machine.shell("ls /sys/bus/mdev/devices"), "");
    assert.equal((await machine.call("prepare", "b", second)).code, 0);
  },
});

Deno.test({
  name: "vfio-guard refuses a guest whose card has another driver, and lets it start with vfio-pci",
  ignore,
  async fn() {
    await using machine = await Machine.start({}, PCI);
    machine.recipe("vfio-guard");
    const { code, stderr } = await machine.call("start", "a", GUEST);
    assert.equal(code, 1);
    assert.match(stderr, /0000:01:00\.0 is still bound to nvidia/);
    await machine.shell(`printf ${CARD} > /sys/bus/pci/drivers/nvidia/unbind`);
    assert.match((await machine.call("start", "a", GUEST)).stderr, /0000:01:00\.0 is bound to no driver/);
    await machine.shell(`printf ${CARD} > /sys/bus/pci/drivers/vfio-pci/bind`);
    assert.equal((await machine.call("start", "a", GUEST)).code, 0);
  },
});

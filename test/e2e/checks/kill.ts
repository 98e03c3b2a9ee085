import type { Rig } from "../rig.ts";

export async function killDaemon(rig: Rig): Promise<void> {
  await rig.stopDaemon("KILL");
}

export async function killGuest(rig: Rig, name: string): Promise<void> {
  const pid = parseInt(await rig.read(`/run/libvirt/qemu/${name}.pid`));
  await rig.run(["kill", "-KILL", `${pid}`]);
  await rig.until("the guest is dead", async () => !(await rig.exists(`/proc/${pid}/exe`)));
}

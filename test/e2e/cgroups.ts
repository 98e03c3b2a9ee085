/**
 * A cgroup subtree for each rig, so that its containers get controllers of
 * their own and its processes can be told from all others.
 */

/** One directory a rig's first process joins, and how the hierarchy is mounted inside. */
export interface Cgroup {
  /** A version 1 controller such as `memory`, or `unified` for version 2. */
  hierarchy: string;
  directory: string;
}

const PREFIX = "hookvisor-e2e-";
// What libvirt's LXC driver asks for; the other controllers need set-up or are not looked at.
const CONTROLLERS = new Set([
  "cpu",
  "cpuacct",
  "cpu,cpuacct",
  "memory",
  "devices",
  "freezer",
  "blkio",
  "pids",
]);

/** Makes the subtree of that rig below this process's own cgroups. */
export async function makeCgroups(rig: string): Promise<Cgroup[]> {
  const made: Cgroup[] = [];
  for (const { hierarchy, directory } of await ownCgroups()) {
    if (hierarchy === "unified") await delegate(directory);
    const child = `${directory}/${PREFIX}${Deno.pid}-${rig}`;
    await Deno.mkdir(child, { recursive: true });
    made.push({ hierarchy, directory: child });
  }
  return made;
}

/** Removes a rig's subtrees once its processes are gone, waiting a little for the kernel. */
export async function removeCgroups(groups: Cgroup[]): Promise<void> {
  for (const { directory } of groups) {
    for (let tries = 0; tries < 40 && !(await removeTree(directory)); tries++) {
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
}

/** The processor time of all processes that are or were in a rig's subtrees, in milliseconds. */
export async function cpuMs(groups: Cgroup[]): Promise<number> {
  for (const { hierarchy, directory } of groups) {
    if (hierarchy.includes("cpuacct")) {
      return Number(await Deno.readTextFile(`${directory}/cpuacct.usage`)) / 1e6;
    }
    if (hierarchy !== "unified") continue;
    const [, usec] = /^usage_usec (\d+)$/m.exec(await Deno.readTextFile(`${directory}/cpu.stat`)) ?? [];
    return Number(usec) / 1000;
  }
  throw new Error("no cgroup counts processor time");
}

/** Ends what a killed run of this test has left in its cgroups, and removes them. */
export async function removeStaleCgroups(): Promise<void> {
  for (const { hierarchy, directory } of await ownCgroups()) {
    const stale: Cgroup[] = [];
    for await (const { name } of Deno.readDir(directory)) {
      const owner = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split("-")[0] : undefined;
      if (owner && !(await isTest(owner))) stale.push({ hierarchy, directory: `${directory}/${name}` });
    }
    for (const group of stale) await endProcesses(group.directory);
    await removeCgroups(stale);
  }
}

/** A process number is used again: it counts only if that process is such a test, or a bench with guests. */
async function isTest(pid: string): Promise<boolean> {
  const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  return /e2e\/run\.ts|build\/bench\.ts/.test(command);
}

async function endProcesses(directory: string): Promise<void> {
  for await (const entry of Deno.readDir(directory)) {
    if (entry.isDirectory) await endProcesses(`${directory}/${entry.name}`);
  }
  const pids = await Deno.readTextFile(`${directory}/cgroup.procs`).catch(() => "");
  for (const pid of pids.split("\n").map(Number).filter((n) => n > 1)) {
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

async function removeTree(directory: string): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir(directory)) {
      if (entry.isDirectory && !(await removeTree(`${directory}/${entry.name}`))) return false;
    }
    await Deno.remove(directory);
    return true;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** The directories of this process in every hierarchy of use here. */
async function ownCgroups(): Promise<Cgroup[]> {
  const memberships = (await Deno.readTextFile("/proc/self/cgroup")).trim().split("\n");
  const mounts = (await Deno.readTextFile("/proc/self/mountinfo")).trim().split("\n").map(parseMount);
  const versionOne = memberships.some((line) => CONTROLLERS.has(line.split(":")[1] ?? ""));
  const found: Cgroup[] = [];
  for (const line of memberships) {
    const [, controller = "", path = "/"] = line.split(":");
    const wanted = versionOne ? CONTROLLERS.has(controller) : controller === "";
    const mount = mounts.find((m) =>
      versionOne ? m.type === "cgroup" && m.options.endsWith(`,${controller}`) : m.type === "cgroup2"
    );
    if (!wanted || !mount) continue;
    const below = mount.root !== "/" && path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
    // Version 2 gives controllers only to children of a group without processes, or of the root.
    const directory = versionOne ? `${mount.point}/${below}` : mount.point;
    found.push({
      hierarchy: controller || "unified",
      directory: directory.replace(/\/+/g, "/").replace(/\/$/, ""),
    });
  }
  return found;
}

function parseMount(line: string): { root: string; point: string; type: string; options: string } {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , root = "", point = ""] = before.split(" ");
  const [type = "", , options = ""] = after.split(" ");
  return { root, point, type, options };
}

/** Version 2 only: lets children have controllers, where this process's group may do so. */
async function delegate(directory: string): Promise<void> {
  for (const controller of ["cpu", "memory", "io", "pids", "cpuset"]) {
    await Deno.writeTextFile(`${directory}/cgroup.subtree_control`, `+${controller}`).catch(() => {});
  }
}

import assert from "node:assert/strict";
import type { Bench } from "../bench.ts";
import {
  BOOTED,
  inflate,
  once,
  openAndCloseChannel,
  panic,
  refuseEjection,
  resetByRegister,
  sayBooted,
  sleep,
  startWatchdog,
  tripleFault,
  wait,
  writeSecondDisk,
} from "../boot_sector.ts";
import {
  type BootingGuest,
  disk,
  images,
  PANIC,
  SECTORS_OF_A_SMALL_DISK,
  serialOf,
  sparse,
  startGuest,
} from "../booting_guest.ts";
import { container } from "../guests.ts";
import { handler } from "../handlers.ts";
import { OWN } from "../libvirt.ts";
import type { Rig } from "../rig.ts";
import { eventRecipes } from "./event_recipes.ts";
import { killDaemon, killGuest } from "./kill.ts";
import { pause } from "./steps.ts";

/** One event as its handlers were run for: the operation, and what libvirt said of it. */
type Told = [operation: string, fields: Record<string, unknown>];

/** A guest, what makes something happen to it, and every event that is to come of that, in order. */
interface Case extends BootingGuest {
  /** What is done from outside once it runs. */
  act?(rig: Rig, name: string): Promise<unknown>;
  expected: Told[];
  /** What may come too: it depends on whether libvirt or QEMU is quicker. */
  perhaps?: string[];
}

const pausedBy = (reason: string): Told => ["paused", { reason }];
const rebooted: Told = ["rebooted", {}];
const resumed: Told = ["resumed", { reason: "unpaused" }];

/** libvirt 11.3.0 may still hear that QEMU got its own signal. */
const KILLED_BY_LIBVIRT = ["shutdown-requested"];

const CASES: Case[] = [
  {
    name: "panics-destroy",
    code: [panic(1)],
    devices: PANIC,
    top: "<on_crash>destroy</on_crash>",
    expected: [["crashed", { reason: "panicked", onCrash: "destroy" }]],
    perhaps: ["paused", ...KILLED_BY_LIBVIRT],
  },
  {
    name: "panics-preserve",
    code: [panic(1)],
    devices: PANIC,
    top: "<on_crash>preserve</on_crash>",
    expected: [["crashed", { reason: "panicked", onCrash: "preserve" }]],
    perhaps: ["paused"],
  },
  {
    name: "panics-restart",
    code: [once(panic(1))],
    devices: PANIC,
    top: "<on_crash>restart</on_crash>",
    expected: [["crashed", { reason: "panicked", onCrash: "restart" }], rebooted],
    perhaps: ["paused", "resumed"],
  },
  {
    name: "crash-kernel",
    code: [panic(2)],
    devices: PANIC,
    expected: [["crashed", { reason: "crashloaded" }]],
  },
  { name: "reset-register", code: [once(resetByRegister)], expected: [rebooted] },
  { name: "triple-fault", code: [once(tripleFault)], expected: [rebooted] },
  {
    name: "watchdog-pause",
    code: [startWatchdog],
    devices: "<watchdog model='ib700' action='pause'/>",
    expected: [["watchdog", { action: "pause" }], pausedBy("watchdog")],
  },
  {
    name: "watchdog-reset",
    code: [once(startWatchdog)],
    devices: "<watchdog model='ib700' action='reset'/>",
    expected: [["watchdog", { action: "reset" }], rebooted],
  },
  { name: "powers-off", code: [sleep(5)], expected: [["shutdown-requested", { reason: "guest" }]] },
  {
    name: "sleeps-on-disk",
    code: [sleep(4)],
    expected: [["pm-suspended", { to: "disk" }], ["shutdown-requested", { reason: "guest" }]],
  },
  {
    name: "sleeps",
    code: [once(sleep(3))],
    act: async (rig, name) => {
      await rig.until(
        "it sleeps",
        async () => (await rig.virsh("domstate", name)).stdout.startsWith("pmsusp"),
      );
      await rig.must("dompmwakeup", name);
    },
    expected: [["pm-suspended", { to: "memory" }], ["pm-woken", {}], rebooted],
  },
  {
    name: "disk-full",
    code: [writeSecondDisk(SECTORS_OF_A_SMALL_DISK - 1)],
    devices: disk("hdb", "/run/full/disk.img", "error_policy='enospace'"),
    expected: [
      ["io-error", {
        device: "ide0-0-1",
        disk: "hdb",
        path: "/run/full/disk.img",
        action: "pause",
        reason: "enospc",
      }],
      pausedBy("ioerror"),
    ],
  },
  {
    name: "over-threshold",
    code: [wait(36), writeSecondDisk(1000)],
    devices: disk("hdb", `${images}/threshold.img`),
    act: (rig, name) => rig.must("domblkthreshold", name, "hdb", "4096"),
    expected: [["block-threshold", {
      disk: "hdb",
      path: `${images}/threshold.img`,
      threshold: 4096,
      excess: 1001 * 512 - 4096,
    }]],
  },
  {
    name: "by-virsh",
    act: async (rig, name) => {
      for (const word of ["suspend", "resume", "reset"]) await rig.must(word, name);
    },
    expected: [pausedBy("paused"), resumed, rebooted],
  },
  {
    name: "devices",
    act: async (rig, name) => {
      await rig.write("/run/tablet.xml", "<input type='tablet' bus='usb'><alias name='ua-tablet'/></input>");
      await rig.must("attach-device", name, "/run/tablet.xml");
      await rig.must("detach-device", name, "/run/tablet.xml");
    },
    expected: [["device-added", { device: "ua-tablet" }], ["device-removed", { device: "ua-tablet" }]],
  },
  {
    name: "block-job",
    act: async (rig, name) => {
      const copy = [`${images}/copy.img`, "--format", "raw", "--transient-job", "--wait", "--pivot"];
      await rig.must("blockcopy", name, "hda", "--dest", ...copy);
    },
    expected: [["block-job", { disk: "hda", job: "copy", result: "completed" }]],
  },
  {
    name: "saved",
    act: (rig, name) => rig.must("save", name, "/run/saved"),
    expected: [pausedBy("paused"), ["job-completed", { job: "save" }]],
    perhaps: KILLED_BY_LIBVIRT,
  },
  {
    name: "disk-missing",
    devices: "<disk type='file' device='cdrom'><source file='/run/none.iso' startupPolicy='optional'/>" +
      "<target dev='hdc' bus='ide'/></disk>",
    expected: [["disk-changed", {
      device: "ide0-1-0",
      disk: "hdc",
      oldPath: "/run/none.iso",
      newPath: null,
      reason: "missing-on-start",
    }]],
  },
  {
    name: "tray",
    devices:
      `<disk type='file' device='cdrom'><source file='${images}/disc.iso'/><target dev='hdc' bus='ide'/></disk>`,
    code: [sayBooted],
    // The BIOS resets the drive, and QEMU then closes an open tray without an event.
    act: async (rig, name) => {
      await rig.until("it has booted", async () => (await rig.read(serialOf(name))).includes(BOOTED));
      await rig.must("change-media", name, "hdc", "--eject");
    },
    expected: [
      ["tray", { device: "ide0-1-0", disk: "hdc", state: "open" }],
      ["tray", { device: "ide0-1-0", disk: "hdc", state: "close" }],
    ],
  },
  {
    name: "keeps-memory",
    code: [refuseEjection],
    memory: "<maxMemory slots='1' unit='MiB'>512</maxMemory><memory unit='MiB'>160</memory>" +
      "<cpu><numa><cell id='0' cpus='0' memory='32' unit='MiB'/></numa></cpu>",
    devices: "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>",
    expected: [["device-removal-failed", { device: "dimm0" }]],
  },
  {
    name: "has-agent",
    code: [openAndCloseChannel(9)],
    devices: "<controller type='virtio-serial'><address type='pci' slot='9'/></controller>" +
      "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
    expected: [
      ["agent-disconnected", { reason: "domain-started" }],
      ["agent-connected", { reason: "channel" }],
      ["agent-disconnected", { reason: "channel" }],
    ],
  },
  {
    name: "inflates",
    code: [inflate(9, 1024)],
    balloon: "<memballoon model='virtio'><address type='pci' slot='9'/></memballoon>",
    expected: [["balloon", { actualKiB: 28 * 1024 }]],
  },
  {
    name: 'a\' : Started "x" ü',
    act: (rig, name) => rig.must("suspend", name),
    expected: [pausedBy("paused")],
  },
  {
    name: "killed",
    act: killGuest,
    expected: [["crashed", { reason: "failed" }]],
  },
];

const WATCH_LOG = "/var/log/hookvisor/watch.log";

/** Events that libvirt calls no hook for, from real guests. */
export async function watch(bench: Bench): Promise<void> {
  const rig = await bench.rig("rig-w", { hooks: {} });
  const witness = `host.log.info("seen", {domain: event.domain.name, uuid: event.uuid});`;
  await rig.handlers({
    "10-all": handler({ on: "*/*", body: witness }),
    "20-balloon": handler({ on: "qemu/balloon", body: witness }),
  });
  await rig.run(["mkdir", "-p", images, "/run/full"]);
  await rig.write(`${images}/disc.iso`, "\0".repeat(65_536));
  await sparse(rig, `${images}/threshold.img`);
  // A file system with room for the sparse file's metadata and no more.
  await rig.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", "/run/full"]);
  await sparse(rig, "/run/full/disk.img");
  await rig.run(["sh", "-c", "cat /dev/zero > /run/full/filler"]);
  await startWatch(rig);

  for (const one of CASES) {
    await bench.check(`${one.name}: ${words(one.expected)}`, async () => {
      await startGuest(rig, one);
      try {
        await one.act?.(rig, one.name);
        await arrive(rig, one);
      } finally {
        await rig.virsh("destroy", one.name);
      }
    });
  }

  await bench.check("a container is paused and resumed", async () => {
    await rig.write("/run/c1.xml", container("c1"));
    await rig.mustLxc("create", "/run/c1.xml");
    await rig.mustLxc("suspend", "c1");
    await rig.mustLxc("resume", "c1");
    await rig.until("both came", async () => (await told(rig, "c1")).length >= 2);
    assert.deepEqual(await told(rig, "c1"), [pausedBy("paused"), resumed]);
    await rig.mustLxc("destroy", "c1");
  });

  await kills(bench, rig);
  await rig.handlers({});
  await eventRecipes(bench, rig);
}

/** The daemon is killed again and again while things happen. */
async function kills(bench: Bench, rig: Rig): Promise<void> {
  // A round takes some five seconds; of another suite's libvirt every third is enough.
  const step = bench.libvirt === OWN ? 1 : 3;
  const rounds = Array.from({ length: Math.floor(KILLS / step) }, (_, i) => (i + 1) * step);
  const name = `the daemon is killed ${rounds.length} times: no event comes twice, none is lost`;
  await bench.check(name, async () => {
    for (const round of rounds) await killInTheMiddle(rig, round);
  });
}

const KILLS = 20;

/** Guests panic around the time at which the daemon is killed, and one loses its QEMU while there is no daemon. */
async function killInTheMiddle(rig: Rig, round: number): Promise<void> {
  const top = "<on_crash>preserve</on_crash>";
  const names = ["first", "second"].map((name) => `${name}-${round}`);
  for (const name of names) await startGuest(rig, { name, code: [panic(1)], devices: PANIC, top });
  const gone = `gone-${round}`;
  await startGuest(rig, { name: gone });
  const started = performance.now();
  // From before the guests' panic, a second after their start, to after it.
  await pause(round * 75);
  await killDaemon(rig);
  await killGuest(rig, gone);
  await pause((round % 4) * 100);
  await rig.startDaemon();
  const crashes = async (name: string) =>
    (await told(rig, name)).filter(([operation]) => operation === "crashed").length;
  // A daemon that dies between QEMU's pause and its word of the panic never learns why the guest is paused.
  const isKnown = async (name: string) => (await rig.must("domstate", name, "--reason")).includes("crashed");
  const what = `round ${round}, killed ${Math.round(performance.now() - started)} ms after the starts`;
  const isRight = async () => {
    const known = await Promise.all(names.map(isKnown));
    const seen = await Promise.all(names.map(crashes));
    return await crashes(gone) === 1 && known.every((knows, i) => knows ? seen[i] === 1 : seen[i]! <= 1);
  };
  // By then the guests have panicked.
  await pause(Math.max(0, 1500 - (performance.now() - started)));
  await rig.until(what, isRight).catch(() => {});
  await pause(700);
  const counts = await Promise.all([...names, gone].map(crashes));
  const states = await Promise.all(names.map((name) => rig.must("domstate", name, "--reason")));
  assert.ok(await isRight(), `${what}: ${counts} ${states.map((state) => state.trim())}`);
  for (const name of names) await rig.must("destroy", name);
}

/** Waits for a guest's events, and for a moment more for any that are too many. */
async function arrive(rig: Rig, { name, expected, perhaps = [] }: Case): Promise<void> {
  const seen = async () => (await told(rig, name)).filter(([operation]) => !perhaps.includes(operation));
  const enough = async () => (await seen()).length >= expected.length;
  await rig.until("all events came", enough, 20_000).catch(() => {});
  await pause(700);
  assert.deepEqual(await seen(), expected);
}

/** Starts `hookvisor watch` and waits until it has its connections. */
async function startWatch(rig: Rig): Promise<void> {
  await rig.background(`exec /usr/bin/hookvisor watch 2>> ${WATCH_LOG}`);
  await rig.until(
    "watch is connected",
    async () => {
      const log = await rig.read(WATCH_LOG);
      return ["qemu", "lxc"].every((driver) => log.includes(`${driver}:///system: connected`));
    },
  );
}

/** The events of a guest that the handler ran for, oldest first. What only a run can know of a job is left out. */
async function told(rig: Rig, name: string): Promise<Told[]> {
  const lines = (await rig.read("/var/log/hookvisor/events.jsonl")).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line)).filter((record) =>
    record.object === name && record.handlers.length > 0
  ).map(({ operation, event, handlers }) => {
    assert.equal(handlers[0].outcome, "success", JSON.stringify(handlers));
    assert.equal(
      handlers[0].calls.find(({ what }: { what: string }) => what === "seen")?.fields.domain,
      name,
    );
    const { statistics: _, folded: __, ...fields } = event;
    return [operation, fields];
  });
}

function words(expected: Told[]): string {
  return expected.map(([operation]) => operation).join(", ");
}

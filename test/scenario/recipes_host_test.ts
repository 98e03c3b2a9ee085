/** Recipes for processors, memory, interrupts and desktops: a stand-in kernel (FUSE), and stand-ins for systemd's and other programs. */
import assert from "node:assert/strict";
import { guestXml, HAS_MACHINE, Machine } from "./recipe_machine.ts";

const ignore = !HAS_MACHINE;
const pins = (...cpus: string[]) =>
  `<cputune>${cpus.map((set, i) => `<vcpupin vcpu='${i}' cpuset='${set}'/>`).join("")}</cputune>`;
const A = guestXml("a", { domain: pins("2", "3") });
const B = guestXml("b", { domain: pins("4-5") });
const SAYS = (name: string) => `echo "${name} $*" >> $W/took`;

Deno.test({
  name:
    "cpu-isolation: two guests add up, each gives back its own, and a killed one's go at the daemon's start",
  ignore,
  async fn() {
    await using machine = await Machine.start({ systemctl: SAYS("systemctl") }, {
      "sys/devices/system/cpu/online": "0-7\n",
    });
    machine.recipe("cpu-isolation");
    const cpus = () =>
      machine.took().filter((line) => line.includes(" system.slice ")).map((line) => line.split("=").at(-1));
    assert.equal((await machine.call("prepare", "a", A)).code, 0);
    assert.deepEqual(cpus(), ["0,1,4,5,6,7"]);
    await machine.call("prepare", "b", B);
    assert.deepEqual(cpus(), ["0,1,6,7"]);
    machine.running("b");
    await machine.call("release", "a", A);
    await machine.call("release", "a", A);
    assert.deepEqual(cpus(), ["0,1,2,3,6,7"], "once, however often release comes");
    await machine.call("prepare", "a", A);
    cpus();
    await machine.daemonStart();
    assert.deepEqual(cpus(), ["0,1,2,3,6,7"], "a is gone, b runs");
    await machine.call("release", "b", B);
    assert.deepEqual(cpus(), [""]);
    const all = await machine.call("prepare", "a", guestXml("a", { domain: pins("0-7") }));
    assert.match(all.stderr, /leave no processor for the host/);
  },
});

Deno.test({
  name:
    "hugepages: two guests add up, each gives back its own, compaction helps, and too few refuse the start",
  ignore,
  async fn() {
    const place = "sys/kernel/mm/hugepages/hugepages-2048kB";
    await using machine = await Machine.start({}, {
      [`${place}/nr_hugepages`]: "10\n",
      [`${place}/.most`]: "700",
      [`${place}/.after-compaction`]: "1200",
      "proc/sys/vm/compact_memory": "",
    });
    machine.recipe("hugepages", { patienceSeconds: 2 });
    const huge = "<memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>";
    const [a, b, c] = ["a", "b", "c"].map((name) => guestXml(name, { domain: huge })) as [
      string,
      string,
      string,
    ];
    const pages = () => machine.kernel(`${place}/nr_hugepages`);
    assert.equal((await machine.call("prepare", "a", a)).code, 0);
    assert.equal(pages(), "522");
    const second = await machine.call("prepare", "b", b);
    assert.equal(second.code, 0, second.stderr);
    assert.equal(pages(), "1034", "after compaction");
    const third = await machine.call("prepare", "c", c);
    assert.equal(third.code, 1);
    assert.match(third.stderr, /512 huge pages of 2048 KiB requested, 166 are available/);
    await machine.call("release", "c", c);
    assert.equal(pages(), "1034");
    await machine.call("release", "a", a);
    await machine.call("release", "a", a);
    assert.equal(pages(), "522");
    await machine.daemonStart();
    assert.equal(pages(), "10", "b is gone, though its release never came");
  },
});

Deno.test({
  name:
    "irq-affinity moves interrupts off two guests' processors, leaves those that cannot move, and brings all back",
  ignore,
  async fn() {
    const irq = (no: number) => `proc/irq/${no}/smp_affinity_list`;
    await using machine = await Machine.start({}, {
      [irq(1)]: "0-7\n",
      [irq(2)]: "0-3\n",
      "proc/irq/2/.fixed": "",
      [irq(3)]: "2\n",
    });
    machine.recipe("irq-affinity");
    const now = () => [1, 2, 3].map((no) => machine.kernel(irq(no)));
    const first = await machine.call("prepare", "a", A);
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(now(), ["0,1,4,5,6,7", "0-3", "2"]);
    await machine.call("prepare", "b", B);
    assert.deepEqual(now(), ["0,1,6,7", "0-3", "2"]);
    await machine.call("release", "b", B);
    await machine.call("release", "a", A);
    assert.deepEqual(now(), ["0-7", "0-3", "2"]);
  },
});

Deno.test({
  name: "cpu-governor sets all processors, and the last of two guests brings each one's own governor back",
  ignore,
  async fn() {
    const governor = (no: number) => `sys/devices/system/cpu/cpu${no}/cpufreq/scaling_governor`;
    await using machine = await Machine.start({}, {
      [governor(0)]: "powersave\n",
      [governor(1)]: "ondemand\n",
    });
    machine.recipe("cpu-governor");
    const now = () => [0, 1].map((no) => machine.kernel(governor(no)));
    for (const name of ["a", "b"]) assert.equal((await machine.call("prepare", name)).code, 0);
    assert.deepEqual(now(), ["performance", "performance"]);
    await machine.call("release", "a");
    assert.deepEqual(now(), ["performance", "performance"]);
    await machine.call("release", "b");
    assert.deepEqual(now(), ["powersave", "ondemand"]);
  },
});

Deno.test({
  name: "scheduler: chrt gives the threads that QEMU names CPU N real-time priority, and no other",
  ignore,
  async fn() {
    await using machine = await Machine.start({ chrt: SAYS("chrt") });
    machine.recipe("scheduler");
    // A thread of a real process with such a name.
    const child = new Deno.Command("python3", {
      args: [
        "-c",
        "open('/proc/self/comm','w').write('CPU 0/TCG'); print(flush=True); import time; time.sleep(60)",
      ],
      stdout: "piped",
    }).spawn();
    await child.stdout.getReader().read();
    machine.running("a", child.pid);
    const { code, stderr } = await machine.call("started", "a");
    child.kill("SIGKILL");
    await child.status;
    assert.equal(code, 0, stderr);
    assert.deepEqual(machine.took(), [`chrt -f -p 1 ${child.pid}`]);
  },
});

Deno.test({
  name:
    "sleep-inhibit starts one unit for a guest, which watches QEMU, and release stops it or finds it gone",
  ignore,
  async fn() {
    const systemctl = `echo "systemctl $*" >> $W/took
case $1 in is-active) [ -e $W/unit ];; stop) [ -e $W/unit ] || exit 5; rm $W/unit;; esac`;
    await using machine = await Machine.start({
      systemctl,
      "systemd-run": `echo "systemd-run $*" >> $W/took; touch $W/unit`,
    });
    machine.recipe("sleep-inhibit");
    machine.running("a", 4711);
    for (const operation of ["started", "reconnect"]) await machine.call(operation, "a");
    const started = machine.took().filter((line) => line.startsWith("systemd-run"));
    assert.equal(started.length, 1);
    assert.match(started[0]!, /--unit=hookvisor-awake-1111.*--who=a .*tail --pid=4711 -f \/dev\/null$/);
    Deno.removeSync(`${machine.folder}/unit`);
    await machine.call("release", "a");
    assert.deepEqual(machine.took(), [
      "systemctl stop hookvisor-awake-11111111-2222-3333-4444-555555555551.service",
    ]);
    assert.equal(machine.record().undone?.[0]?.error, undefined, "a unit that ended by itself is no failure");
  },
});

Deno.test({
  name: "user-service starts and stops the user's units as that user, with their bus",
  ignore,
  async fn() {
    await using machine = await Machine.start({
      systemctl: `echo "$(id -un) $HOME $*" >> $W/shared/took`,
    });
    const shared = machine.scratch("shared");
    Deno.chmodSync(machine.folder, 0o755);
    Deno.chmodSync(shared, 0o777);
    machine.recipe("user-service", { user: "nobody" }, (text) => text.replaceAll("alice", "nobody"));
    const { code, stderr } = await machine.call("started", "a");
    assert.equal(code, 0, stderr);
    await machine.call("release", "a");
    const home = await machine.shell("getent passwd nobody | cut -d: -f6");
    assert.equal(
      Deno.readTextFileSync(`${shared}/took`),
      `nobody ${home} --user start scream.service\nnobody ${home} --user stop scream.service\n`,
    );
  },
});

Deno.test({
  name: "looking-glass makes the file with owner and mode, refuses a link put in its place, and removes it",
  ignore,
  async fn() {
    await using machine = await Machine.start();
    machine.recipe("looking-glass", { user: "nobody", group: "daemon" });
    const xml = guestXml("a", { devices: "<shmem name='looking-glass'><size unit='M'>32</size></shmem>" });
    await machine.shell("ln -s /etc/passwd /dev/shm/looking-glass");
    const { code, stderr } = await machine.call("prepare", "a", xml);
    assert.equal(code, 0, stderr);
    assert.equal(
      await machine.shell("stat -c '%U %G %a %F' /dev/shm/looking-glass"),
      "nobody daemon 660 regular empty file",
    );
    assert.equal(await machine.shell("stat -c %U /etc/passwd"), "root");
    await machine.call("release", "a", xml);
    await machine.call("release", "a", xml);
    assert.equal(await machine.shell("ls /dev/shm"), "");
  },
});

Deno.test({
  name: "ddc-input tries again when the monitor misses a command, and switches back",
  ignore,
  async fn() {
    await using machine = await Machine.start({
      ddcutil:
        `echo "ddcutil $*" >> $W/took; [ -e $W/heard ] || { touch $W/heard; echo "DDC communication failed" >&2; exit 1; }`,
    });
    machine.recipe("ddc-input");
    assert.equal((await machine.call("started", "a")).code, 0);
    assert.equal(machine.record().handlers[0]?.outcome, "success");
    await machine.call("release", "a");
    assert.deepEqual(machine.took(), [
      "ddcutil --bus 1 setvcp 60 0x0f",
      "ddcutil --bus 1 setvcp 60 0x0f",
      "ddcutil --bus 1 setvcp 60 0x11",
    ]);
  },
});

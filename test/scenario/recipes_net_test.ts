/** Recipes for networks, storage and notices: real ip, bridge, dnsmasq, mount, qemu-img and curl, where this host has them. */
import assert from "node:assert/strict";
import { guestXml, HAS_MACHINE, Machine } from "./recipe_machine.ts";
import { type Ended, exists, PROGRAM, until } from "./support.ts";

const has = (program: string) => ["/usr/sbin/", "/usr/bin/"].some((place) => exists(place + program));
const needs = (program: string, debian: string) => ({
  ignore: !HAS_MACHINE || !has(program),
  note: has(program) ? "" : ` (needs Debian's ${debian})`,
});

/** A hook call in the machine and a network namespace of its own, which lives as long as `Network` does. */
class Network {
  readonly name = `hv-${Deno.pid}-${crypto.randomUUID().slice(0, 4)}`;

  constructor(readonly machine: Machine) {}

  static async make(machine: Machine): Promise<Network> {
    const network = new Network(machine);
    await machine.shell(`mkdir -p /run/netns && ip netns add ${network.name}`);
    return network;
  }

  ip(script: string): Promise<string> {
    return this.machine.shell(`ip netns exec ${this.name} sh -c '${script}'`);
  }

  call(driver: string, object: string, operation: string, xml: string): Promise<Ended> {
    const end = /release|stopped|deleted/.test(operation) ? "end" : "begin";
    const words = this.machine.arguments([driver, object, operation, end, "-"]);
    // Without ip-netns, which would mount a /sys of its own.
    return this.machine.inMachine(["nsenter", `--net=/run/netns/${this.name}`, PROGRAM, ...words], xml);
  }
}

const network = (inside = "") =>
  `<hookData><network><name>lan</name><uuid>3e3fce45-4f53-4fa7-bb32-11f34168b82b</uuid>` +
  `<bridge name='virbr9'/>${inside}</network>`;

/** Whether this kernel's bridges filter VLANs (CONFIG_BRIDGE_VLAN_FILTERING). */
const filters = HAS_MACHINE && has("ip") &&
  new Deno.Command("unshare", {
    args: ["--net", "ip", "link", "add", "br0", "type", "bridge", "vlan_filtering", "1"],
    stdout: "null",
    stderr: "null",
  }).outputSync().success;

Deno.test({
  name:
    "bridge-vlan: what it asks of a stand-in bridge program, and no start outside of the VLAN when that fails",
  ignore: !HAS_MACHINE,
  async fn() {
    await using machine = await Machine.start({
      bridge:
        `echo "$*" >> $W/took; case "$*" in *vnet7*) echo "Cannot find device vnet7" >&2; exit 1;; esac`,
    });
    machine.recipe("bridge-vlan", { untagged: 10, tagged: [20] });
    const xml = guestXml("a", {
      devices: "<interface type='bridge'><source bridge='br0'/><target dev='vnet0'/></interface>",
    });
    assert.equal((await machine.call("start", "a", xml)).code, 0);
    assert.deepEqual(machine.took(), [
      "vlan add dev vnet0 vid 10 pvid untagged",
      "vlan add dev vnet0 vid 20",
      "vlan del dev vnet0 vid 1",
    ]);
    const missing = await machine.call("start", "a", xml.replace("vnet0", "vnet7"));
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /Cannot find device vnet7/);
  },
});

const bridge = needs("bridge", "iproute2");
Deno.test({
  name: `bridge-vlan puts the guest's interface into its VLANs and out of the default one${bridge.note}${
    filters ? "" : " (needs a kernel whose bridges filter VLANs)"
  }`,
  ignore: bridge.ignore || !filters,
  async fn() {
    await using machine = await Machine.start();
    const net = await Network.make(machine);
    await net.ip(
      "ip link add br0 type bridge vlan_filtering 1 && ip link add vnet0 type veth peer name far && ip link set vnet0 master br0",
    );
    machine.recipe("bridge-vlan", { untagged: 10, tagged: [20, 30] });
    const xml = guestXml("a", {
      devices: "<interface type='bridge'><source bridge='br0'/><target dev='vnet0'/></interface>",
    });
    for (const operation of ["start", "reconnect"]) {
      const { code, stderr } = await net.call("qemu", "a", operation, xml);
      assert.equal(code, 0, stderr);
      assert.equal(machine.record().handlers[0]?.outcome, "success");
      const [{ vlans }] = JSON.parse(await net.ip("bridge -j vlan show dev vnet0"));
      assert.deepEqual(vlans.map(({ vlan, flags }: { vlan: number; flags?: string[] }) => [vlan, flags]), [
        [10, ["PVID", "Egress Untagged"]],
        [20, undefined],
        [30, undefined],
      ]);
    }
    const missing = await net.call("qemu", "a", "start", xml.replace("vnet0", "vnet7"));
    assert.equal(missing.code, 1, "no guest starts outside of its VLAN");
  },
});

const ip = needs("ip", "iproute2");
Deno.test({
  name: `routes come with a network and go with it; gone with the bridge is no failure${ip.note}`,
  ignore: ip.ignore,
  async fn() {
    await using machine = await Machine.start();
    const net = await Network.make(machine);
    const up =
      "ip link add virbr9 type bridge && ip addr add 192.168.9.1/24 dev virbr9 && ip link set virbr9 up";
    await net.ip(up);
    machine.recipe("routes", { routes: [{ to: "10.20.0.0/16", via: "192.168.9.2" }] });
    const xml = network() + "</hookData>";
    const routes = async () => JSON.parse(await net.ip("ip -j route show 10.20.0.0/16")).length;
    await net.call("network", "lan", "started", xml);
    assert.equal(await routes(), 1);
    await net.call("network", "lan", "stopped", xml);
    assert.equal(await routes(), 0);
    await net.call("network", "lan", "started", xml);
    assert.equal(await routes(), 1);
    await net.ip("ip link del virbr9");
    await net.call("network", "lan", "stopped", xml);
    assert.deepEqual(machine.record().undone?.map(({ error }) => error), [undefined]);
  },
});

const dnsmasq = needs("dnsmasq", "dnsmasq-base");
Deno.test({
  name: `dns: dnsmasq knows a guest by its reserved name while its port is there${dnsmasq.note}`,
  ignore: dnsmasq.ignore,
  async fn() {
    await using machine = await Machine.start({
      systemctl: `kill -HUP $(cat $W/dnsmasq.pid) && echo "$*" >> $W/took`,
    });
    const net = await Network.make(machine);
    await machine.shell("mkdir -p /etc/dnsmasq.d/guests");
    await net.ip("ip link set lo up");
    const { folder } = machine;
    await machine.shell(
      `nsenter --net=/run/netns/${net.name} dnsmasq --conf-file=/dev/null --no-resolv --user=root --port=53 ` +
        `--listen-address=127.0.0.1 --bind-interfaces --addn-hosts=/etc/dnsmasq.d/guests --pid-file=${folder}/dnsmasq.pid`,
    );
    try {
      machine.recipe("dns");
      const port = (mac: string) =>
        network(
          "<ip address='192.168.9.1' netmask='255.255.255.0'><dhcp>" +
            "<host mac='52:54:00:00:00:01' name='win11' ip='192.168.9.11'/></dhcp></ip>",
        ) +
        `<networkport><uuid>aa1fce45-4f53-4fa7-bb32-11f34168b82b</uuid><owner><name>a</name>` +
        `<uuid>11111111-2222-3333-4444-555555555551</uuid></owner><mac address='${mac}'/></networkport></hookData>`;
      const ask = `import socket; print(socket.gethostbyname("win11.vm"))`;
      const query = () =>
        machine.inMachine([
          "nsenter",
          `--net=/run/netns/${net.name}`,
          "sh",
          "-c",
          `echo nameserver 127.0.0.1 > /etc/resolv.conf; /usr/bin/python3 -c '${ask}'`,
        ]);
      const known = port("52:54:00:00:00:01");
      const made = await net.call("network", "lan", "port-created", known);
      assert.equal(made.code, 0, made.stderr);
      await until(() => exists(`${folder}/took`), "dnsmasq was not told");
      const answered = await query();
      assert.equal(answered.stdout, "192.168.9.11\n", answered.stderr);
      await net.call("network", "lan", "port-created", port("52:54:00:00:00:02"));
      for (let times = 0; times < 2; times++) await net.call("network", "lan", "port-deleted", known);
      assert.equal(machine.took().length, 2, "told once for each change");
      assert.notEqual((await query()).code, 0);
    } finally {
      await machine.shell(`kill $(cat ${folder}/dnsmasq.pid)`);
    }
  },
});

const STORAGE = {
  // LVM, ZFS and iSCSI stand in: "busy" while another guest uses the storage.
  iscsiadm:
    `echo "iscsiadm $*" >> $W/took; [ -e $W/session ] && { echo "iscsiadm: session exists" >&2; exit 15; }; touch $W/session`,
  vgchange:
    `echo "vgchange $*" >> $W/took; [ "$2" = y ] || [ ! -e $W/busy ] || { echo "Can't deactivate" >&2; exit 5; }`,
  zpool: `echo "zpool $*" >> $W/took
case $1 in list) [ -e $W/pool ];; import) touch $W/pool;; export) [ ! -e $W/busy ] || { echo "pool is busy" >&2; exit 1; }; rm $W/pool;; esac`,
};
Deno.test({
  name:
    "storage-ready brings storage up in order, leaves what another uses, and the last guest takes it down (real mount)",
  ignore: !HAS_MACHINE,
  async fn() {
    await using machine = await Machine.start(STORAGE);
    await machine.shell("mkdir -p /run/vm && echo 'vmfs /run/vm tmpfs defaults 0 0' >> /etc/fstab");
    machine.recipe("storage-ready", {
      targets: ["iqn.2026-01.example:vm"],
      volumeGroups: ["vg0"],
      pools: ["tank"],
      mounts: ["/run/vm"],
    });
    const mounted = async () => (await machine.inMachine(["mountpoint", "-q", "/run/vm"])).code === 0;
    for (const name of ["a", "b"]) {
      const { code, stderr } = await machine.call("prepare", name);
      assert.equal(code, 0, stderr);
      assert.ok(await mounted());
    }
    assert.deepEqual(machine.took().slice(0, 4), [
      "iscsiadm -m node -T iqn.2026-01.example:vm --login",
      "vgchange -a y -- vg0",
      "zpool list -H -o name -- tank",
      "zpool import -- tank",
    ]);
    // b's QEMU has a file there open.
    Deno.writeTextFileSync(`${machine.folder}/busy`, "");
    const holder = new Deno.Command("nsenter", {
      args: [
        "-t",
        String(machine.pid),
        "-m",
        "--",
        "sh",
        "-c",
        "exec 9> /run/vm/disk; echo >&9; exec sleep 60",
      ],
    }).spawn();
    await machine.shell("while ! [ -s /run/vm/disk ]; do sleep 0.05; done");
    await machine.call("release", "a");
    assert.ok(await mounted());
    assert.deepEqual(machine.record().undone?.filter(({ error }) => error !== undefined), []);
    holder.kill("SIGKILL");
    await holder.status;
    Deno.removeSync(`${machine.folder}/busy`);
    machine.took();
    await machine.call("release", "b");
    assert.ok(!(await mounted()));
    assert.deepEqual(machine.took(), ["zpool export -- tank", "vgchange -a n -- vg0"]);

    machine.recipe("storage-ready", { targets: [], volumeGroups: ["vg0"], pools: [], mounts: ["/no/such"] });
    const refused = await machine.call("prepare", "a");
    assert.equal(refused.code, 1);
    assert.deepEqual(machine.took(), ["vgchange -a y -- vg0", "vgchange -a n -- vg0"], "given back at once");
  },
});

const image = needs("qemu-img", "qemu-utils");
Deno.test({
  name: `snapshot-before-start takes one at each start and keeps the last few${image.note}`,
  ignore: image.ignore,
  async fn() {
    await using machine = await Machine.start();
    await machine.shell(
      "mkdir -p /var/lib/libvirt/images && cd /var/lib/libvirt/images && qemu-img create -q -f qcow2 a.qcow2 1M && qemu-img snapshot -c mine a.qcow2",
    );
    machine.recipe("snapshot-before-start", { keep: 2 });
    const disk = (file: string, more = "") =>
      guestXml("a", {
        devices:
          `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${file}'/>` +
          `<target dev='vda'/>${more}</disk>`,
      });
    const xml = disk("/var/lib/libvirt/images/a.qcow2");
    const count = async () =>
      Number(
        await machine.shell("qemu-img snapshot -l /var/lib/libvirt/images/a.qcow2 | grep -c before-start-"),
      );
    for (const wanted of [1, 2, 2]) {
      const { code, stderr } = await machine.call("prepare", "a", xml);
      assert.equal(code, 0, stderr);
      assert.equal(await count(), wanted);
      await new Promise((wake) => setTimeout(wake, 1100)); // names have seconds
    }
    assert.match(await machine.shell("qemu-img snapshot -l /var/lib/libvirt/images/a.qcow2"), /\bmine\b/);
    await machine.call("prepare", "a", disk("/var/lib/libvirt/images/a.qcow2", "<readonly/>"));
    assert.equal(await count(), 2);
    assert.equal((await machine.call("prepare", "a", disk("/var/lib/libvirt/images/none.qcow2"))).code, 1);
  },
});

const curl = needs("curl", "curl");
Deno.test({
  name:
    `notify posts to a web hook with the token, which neither the record nor a command line has${curl.note}`,
  ignore: curl.ignore,
  async fn() {
    await using machine = await Machine.start();
    const got: { token: string | null; body: unknown }[] = [];
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      got.push({ token: request.headers.get("authorization"), body: await request.json() });
      return new Response("");
    });
    try {
      await machine.shell(`umask 077; printf 'a"b\\\\c\\n' > /etc/hookvisor/notify.secret`);
      machine.recipe("notify", { url: `http://127.0.0.1:${server.addr.port}/x` });
      assert.equal((await machine.call("started", "a")).code, 0);
      await until(() => got.length > 0, "the notice did not come");
      assert.deepEqual(got, [{
        token: `Bearer a"b\\c`,
        body: { guest: "a", uuid: "11111111-2222-3333-4444-555555555551", operation: "started" },
      }]);
      const record = await machine.recordOf(({ background }) => background !== undefined);
      assert.doesNotMatch(JSON.stringify(record), /a\\"b/);
    } finally {
      await server.shutdown();
    }
  },
});

Deno.test({
  name: "notify without a web hook tells the system's log, of what hookvisor watch sees too",
  ignore: !HAS_MACHINE,
  async fn() {
    await using machine = await Machine.start({ logger: `echo "$@" >> $W/took` });
    machine.recipe("notify");
    const told = async () => {
      const lines: string[] = [];
      await until(() => lines.push(...machine.took()) > 0, "the log was not told");
      return lines;
    };
    const logger = "-t libvirt-guests -p daemon.warning --";
    assert.equal((await machine.call("started", "a")).code, 0);
    assert.deepEqual(await told(), [`${logger} a: started`]);
    const extra = JSON.stringify({ reason: "panicked", onCrash: "destroy" });
    const crash = ["run", "qemu/crashed", "--guest", "a", "--extra", extra, "--config-dir", machine.config];
    const { code, stderr } = await machine.inMachine([PROGRAM, ...crash]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await told(), [`${logger} a: crashed, reason panicked, onCrash destroy`]);
  },
});

Deno.test({
  name: "mount-guard refuses a guest whose disks' file system is not mounted, and no other (real mounts)",
  ignore: !HAS_MACHINE,
  async fn() {
    await using machine = await Machine.start();
    machine.recipe("mount-guard", { mountPoints: ["/run/vm images"] });
    const xml = guestXml("a", {
      devices:
        "<disk type='file' device='disk'><source file='/run/vm images/a.raw'/><target dev='vda'/></disk>",
    });
    assert.match((await machine.call("prepare", "a", xml)).stderr, /\/run\/vm images is not mounted/);
    assert.equal((await machine.call("prepare", "b")).code, 0);
    await machine.shell("mkdir '/run/vm images' && mount -t tmpfs none '/run/vm images'");
    assert.equal((await machine.call("prepare", "a", xml)).code, 0);
  },
});

Deno.test({
  name:
    "memory-guard refuses a guest that wants more than the host has (its real /proc/meminfo), and no other",
  ignore: !HAS_MACHINE,
  async fn() {
    await using machine = await Machine.start();
    machine.recipe("memory-guard", { reserveMiB: 0 });
    const large = await machine.call("prepare", "a", guestXml("a", { memoryKiB: 2 ** 40 }));
    assert.equal(large.code, 1);
    assert.match(large.stderr, /it wants 1073741824 MiB, the host has \d+ MiB/);
    assert.equal((await machine.call("prepare", "a", guestXml("a", { memoryKiB: 1024 }))).code, 0);
  },
});

import assert from "node:assert/strict";
import { HAS_NAMESPACES, Host, PROGRAM } from "./support.ts";

/** hooks.json with every key that libvirt-hook-qemu has, comments too. */
const HOOKS_JSON = `{
  "win11": { // a comment
    "interface": "lo",
    "private_ip": "192.168.124.10", /* and "another" */
    "public_ip": "10.9.9.1",
    "source_ip": "8.8.8.8",
    "port_map": {"tcp": [[1100, 3000], 443], "udp": [53]},
    "port_range": [{"init_port": 49000, "ports_num": 100, "protocol": "tcp"}]
  },
  "two": [
    {"private_ip": "192.168.126.2", "public_ip": "10.9.9.1", "port_map": {"tcp": [[1101, 80]]}},
    {"private_ip": "192.168.126.3", "port_map": {"tcp": [8080]}}
  ]
}
`;

const SHOW: Record<string, string> = {
  iptables: "iptables-save | grep -v '^#' | sed 's/\\[[0-9:]*\\]//'",
  nft: "nft list ruleset",
};

function has(program: string): boolean {
  return ["/usr/sbin", "/sbin"].some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

/** Plays words of hook calls in a network of their own, and shows the rules after each. */
async function play(backend: string, calls: string[]): Promise<string[]> {
  using host = new Host();
  const recipe = Deno.readTextFileSync(new URL("../../handlers/recipes/port-forward.js", import.meta.url));
  const file = host.file("hooks.json", HOOKS_JSON);
  host.file("handlers/50-port-forward.js", recipe.replaceAll("/etc/libvirt/hooks/hooks.json", file));
  host.file("config.yaml", `options: {50-port-forward: {backend: ${backend}}}\n`);
  const arguments_ = (words: string) => host.arguments(words.split(" ")).map((word) => `'${word}'`).join(" ");
  const script = [
    "ip link set lo up; ip addr add 10.9.9.1/24 dev lo; ip tuntap add d0 mode tap; ip addr add 10.8.8.1/24 dev d0",
    "ip link set d0 up; ip route add default via 10.8.8.2 dev d0",
    ...calls.map((words) =>
      `'${PROGRAM}' ${arguments_(words)} < /dev/null || exit 1; ${SHOW[backend]}; echo ====`
    ),
  ].join("\n");
  const { success, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["-n", "sh", "-c", script],
    clearEnv: true,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(success, text + new TextDecoder().decode(stderr));
  assert.deepEqual(
    host.records().flatMap(({ handlers, undone = [] }) => [
      ...handlers.filter(({ outcome }) => outcome !== "success").map(({ message }) => message),
      ...undone.filter(({ ok }) => !ok).map(({ error }) => error),
    ]),
    [],
  );
  return text.split("====\n").slice(0, -1);
}

for (const backend of ["iptables", "nft"]) {
  Deno.test({
    name:
      `the recipe port-forward takes hooks.json as it is, rebuilds at reconnect and leaves nothing behind (${backend})`,
    ignore: !HAS_NAMESPACES || Deno.uid() !== 0 || !has(backend),
    async fn() {
      const [one, again, both, left, none] = await play(backend, [
        "qemu win11 start begin -",
        "qemu win11 reconnect begin -",
        "qemu two start begin -",
        "qemu win11 release end -",
        "qemu two release end -",
      ]);
      const wanted = backend === "iptables"
        ? [
          /-A PREROUTING -d 10\.9\.9\.1\/32 -j DNAT-win11-0/,
          /-A OUTPUT -d 10\.9\.9\.1\/32 -j DNAT-win11-0/,
          /-A DNAT-win11-0 -s 8\.8\.8\.8\/32 -d 10\.9\.9\.1\/32 -p tcp -m tcp --dport 1100 -j DNAT --to-destination 192\.168\.124\.10:3000/,
          /--dport 443 -j DNAT --to-destination 192\.168\.124\.10:443/,
          /-p udp -m udp --dport 53 -j DNAT/,
          /--dport 49000:49099 -j DNAT --to-destination 192\.168\.124\.10:49000-49099/,
          /-A FORWARD -d 192\.168\.124\.10\/32 -j FWD-win11-0/,
          /-A FWD-win11-0 -d 192\.168\.124\.10\/32 -o lo -p tcp -m tcp --dport 3000 -j ACCEPT/,
          /-A SNAT-win11-0 .*--dport 3000 -j MASQUERADE/,
        ]
        : [
          /table ip hookvisor-win11-0 \{/,
          /ip daddr 10\.9\.9\.1 ip saddr 8\.8\.8\.8 tcp dport 1100 dnat to 192\.168\.124\.10:3000/,
          /udp dport 53 dnat to 192\.168\.124\.10:53/,
          /tcp dport 49000-49099 dnat to 192\.168\.124\.10:49000-49099/,
          /oifname "lo" tcp dport 3000 accept/,
        ];
      for (const rule of wanted) assert.match(one!, rule);
      assert.equal(again, one, "built anew, and once");
      assert.match(both!, /192\.168\.126\.2:80/);
      // Without public_ip: the address of the interface that the default route leaves by.
      assert.match(
        both!,
        backend === "iptables"
          ? /-d 10\.8\.8\.1\/32 -p tcp -m tcp --dport 8080/
          : /ip daddr 10\.8\.8\.1 tcp dport 8080/,
      );
      assert.doesNotMatch(left!, /win11|124\.10/);
      assert.match(left!, /192\.168\.126\.2:80/);
      assert.doesNotMatch(none!, /two|192\.168|DNAT-|hookvisor/);
    },
  });
}

// ---
// description: Forward ports of the host to guests by hooks.json of libvirt-hook-qemu, as it is
// on: [qemu/start, qemu/reconnect]
// timeout: 20s
// allow:
//   read: [/etc/libvirt/hooks/hooks.json]
//   write: [/proc/sys/net/bridge/bridge-nf-call-iptables]
//   look: [ip -j -4 route show default, ip -j -4 addr show dev *, iptables -w -t * -C ...]
//   exec:
//     - iptables-restore -w --noflush
//     - iptables -w -t * -I * ...
//     - iptables -w -t * -D * ...
//     - iptables -w -t * -F *
//     - iptables -w -t * -X *
//     - nft -f -
//     - nft delete table ip *
// options:
//   file: /etc/libvirt/hooks/hooks.json
//   # iptables, or nft: a table of its own for each guest. Where libvirt's network lets nothing in but answers, iptables.
//   backend: iptables
// ---
/** @type {import("./handler.d.ts").Handler} */
export default async function ({ name, operation }, host) {
  // Comments of both kinds are allowed there, and no part of a text.
  const text = (await host.fs.read(host.options.file))
    .replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[^]*?\*\//g, (_, quoted) => quoted ?? "");
  const own = JSON.parse(text)[name];
  if (own === undefined) return;
  const bridges = "/proc/sys/net/bridge/bridge-nf-call-iptables";
  if (await host.fs.exists(bridges)) await host.fs.write(bridges, 0);
  const address = async () => {
    const [{ dev }] = JSON.parse((await host.exec("ip", ["-j", "-4", "route", "show", "default"])).stdout);
    const [{ addr_info }] = JSON.parse(
      (await host.exec("ip", ["-j", "-4", "addr", "show", "dev", dev])).stdout,
    );
    return addr_info[0].local;
  };
  for (const [i, one] of [own].flat().entries()) {
    const forward = {
      out: one.public_ip ?? await address(),
      in: one.private_ip,
      by: one.interface,
      from: one.source_ip,
    };
    forward.ports = Object.entries(one.port_map ?? {}).flatMap(([protocol, list]) =>
      list.map((port) => ({ protocol, public: `${[port].flat()[0]}`, private: `${[port].flat().at(-1)}` }))
    );
    for (const { init_port: first, ports_num: count, protocol } of one.port_range ?? []) {
      const range = `${first}:${first + count - 1}`;
      forward.ports.push({ protocol, public: range, private: range });
    }
    // Chains have at most 28 characters.
    const id = `${name.replace(/[^\w-]/g, "_").slice(0, 20)}-${i}`;
    await (host.options.backend === "nft" ? byNft : byIptables)(host, id, forward, operation);
  }
}

async function byIptables(host, id, { out, in: guest, by, from, ports }, operation) {
  const [dnat, snat, fwd] = ["DNAT", "SNAT", "FWD"].map((kind) => `${kind}-${id}`);
  const jumps = [
    ["nat", "PREROUTING", "-d", out, "-j", dnat],
    ["nat", "OUTPUT", "-d", out, "-j", dnat],
    ["nat", "POSTROUTING", "-s", guest, "-d", guest, "-j", snat],
    ["filter", "FORWARD", "-d", guest, "-j", fwd],
  ];
  // Played back the last first: the jumps, then the chains they lead to. Exit code 1: gone already.
  for (const [table, chain] of [["nat", dnat], ["nat", snat], ["filter", fwd]]) {
    for (const flag of ["-X", "-F"]) {
      await host.undo("iptables", ["-w", "-t", table, flag, chain], { gone: [1] });
    }
  }
  for (const [table, ...rule] of jumps) {
    await host.undo("iptables", ["-w", "-t", table, "-D", ...rule], { gone: [1, 2] });
  }
  const source = from === undefined ? "" : ` -s ${from}`, device = by === undefined ? "" : ` -o ${by}`;
  const lines = (
    table,
    chains,
    rule,
  ) => [`*${table}`, ...chains.map((chain) => `:${chain} - [0:0]`), ...ports.flatMap(rule), "COMMIT"];
  const stdin = [
    ...lines("nat", [dnat, snat], ({ protocol, public: outer, private: inner }) => [
      `-A ${dnat} -p ${protocol} -d ${out}${source} --dport ${outer} -j DNAT --to-destination ${guest}:${
        inner.replace(":", "-")
      }`,
      `-A ${snat} -p ${protocol} -s ${guest} -d ${guest} --dport ${inner} -j MASQUERADE`,
    ]),
    ...lines(
      "filter",
      [fwd],
      (
        { protocol, private: inner },
      ) => [`-A ${fwd} -p ${protocol} -d ${guest}${device} --dport ${inner} -j ACCEPT`],
    ),
  ].join("\n") + "\n";
  // All rules at once; a chain that is there is emptied first, so that a reconnect builds it anew.
  await host.exec("iptables-restore", ["-w", "--noflush"], { stdin });
  for (const [table, ...rule] of jumps) {
    const { code } = await host.exec("iptables", ["-w", "-t", table, "-C", ...rule], { check: false });
    if (code !== 0) await host.exec("iptables", ["-w", "-t", table, "-I", ...rule]);
  }
  host.log.info(`${operation}: ${ports.length} ports of ${out} lead to ${guest}`);
}

async function byNft(host, id, { out, in: guest, by, from, ports }, operation) {
  const table = `ip hookvisor-${id}`;
  await host.undo("nft", ["delete", "table", ...table.split(" ")], { gone: [1] });
  const source = from === undefined ? "" : `ip saddr ${from} `,
    device = by === undefined ? "" : `oifname "${by}" `;
  const dash = (port) => port.replace(":", "-");
  const dnat = ports.map(({ protocol, public: outer, private: inner }) =>
    `ip daddr ${out} ${source}${protocol} dport ${dash(outer)} dnat to ${guest}:${dash(inner)}`
  );
  const snat = ports.map(({ protocol, private: inner }) =>
    `ip saddr ${guest} ip daddr ${guest} ${protocol} dport ${dash(inner)} masquerade`
  );
  const accept = ports.map(({ protocol, private: inner }) =>
    `ip daddr ${guest} ${device}${protocol} dport ${dash(inner)} accept`
  );
  const chain = (name, type, hook, priority, rules) =>
    `chain ${name} { type ${type} hook ${hook} priority ${priority}; ${
      rules.map((rule) => `${rule};`).join(" ")
    } }`;
  // In one transaction: the old table goes and the new one comes.
  await host.exec("nft", ["-f", "-"], {
    stdin: `table ${table} {}
delete table ${table}
table ${table} {
${chain("prerouting", "nat", "prerouting", "dstnat", dnat)}
${chain("output", "nat", "output", "-100", dnat)}
${chain("postrouting", "nat", "postrouting", "srcnat", snat)}
${chain("forward", "filter", "forward", "filter - 1", accept)}
}
`,
  });
  host.log.info(`${operation}: ${ports.length} ports of ${out} lead to ${guest}`);
}

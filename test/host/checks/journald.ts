import assert from "node:assert/strict";
import { handler } from "../../e2e/handlers.ts";
import type { Bench } from "../bench.ts";
import { guest } from "../guests.ts";
import type { Host } from "../host.ts";

type Entry = Record<string, string>;

/** journald has the records, with their priorities and fields. */
export async function journald(bench: Bench, host: Host): Promise<void> {
  await host.handlers({
    "10-log": handler({
      on: "qemu/prepare",
      body:
        `host.log.debug("a detail"); host.log.warn("take care", { of: event.name, vcpus: event.domain.vcpus });`,
    }),
    "20-ignored": handler({ on: "qemu/started", body: 'host.fail("too late");' }),
    "30-refuses": handler({ on: "qemu/prepare", guests: "refused", body: 'host.fail("not this one");' }),
  });
  for (const name of ["j1", "refused"]) await host.vm.file(`/root/${name}.xml`, guest(name));
  await bench.check(
    "journalctl -t hookvisor shows calls and handlers' lines, with priorities and fields",
    async () => {
      const since = (await host.vm.must("date +%s")).trim();
      await host.vm.must("virsh -q create /root/j1.xml && virsh -q destroy j1");
      assert.notEqual((await host.virsh("create /root/refused.xml")).code, 0);
      await host.recordsWritten();
      await host.vm.must("journalctl --sync");
      const text = await host.vm.must(`journalctl -q --no-pager -t hookvisor --since=@${since} -o json`);
      const entries = text.trim().split("\n").map((line) => JSON.parse(line) as Entry);
      const find = (operation: string, object: string, own: Entry) =>
        entries.filter((entry) =>
          entry.HOOKVISOR_OPERATION === operation && entry.HOOKVISOR_OBJECT === object &&
          Object.entries(own).every(([key, value]) => entry[key] === value)
        );
      const one = (operation: string, object: string, own: Entry) => {
        const found = find(operation, object, own);
        assert.equal(
          found.length,
          1,
          `${operation} ${JSON.stringify(own)}: ${found.length} entries of\n${text}`,
        );
        return found[0]!;
      };
      one("prepare", "j1", { PRIORITY: "7", MESSAGE: "10-log: a detail", HOOKVISOR_HANDLER: "10-log" });
      const warned = one("prepare", "j1", { PRIORITY: "4", MESSAGE: "10-log: take care" });
      assert.deepEqual(JSON.parse(warned.HOOKVISOR_FIELDS!), { of: "j1", vcpus: 1 });
      one("prepare", "j1", { PRIORITY: "6", HOOKVISOR_VERDICT: "success", HOOKVISOR_HANDLERS: "10-log" });
      const ignored = one("started", "j1", { PRIORITY: "4", HOOKVISOR_VERDICT: "ignore" });
      assert.match(ignored.MESSAGE!, /too late/);
      const refused = one("prepare", "refused", { PRIORITY: "3", HOOKVISOR_VERDICT: "abort" });
      assert.match(refused.HOOKVISOR_REASON!, /refused: prepare refused by 30-refuses: not this one/);
      for (const { HOOKVISOR_ID, HOOKVISOR_DRIVER, SYSLOG_FACILITY } of entries) {
        assert.ok(HOOKVISOR_ID && HOOKVISOR_DRIVER === "qemu" && SYSLOG_FACILITY === "3", text);
      }
    },
  );
  await host.calls();
}

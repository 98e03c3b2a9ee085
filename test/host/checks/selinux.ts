import assert from "node:assert/strict";
import { LOG_HANDLER } from "../../e2e/calls.ts";
import type { Bench } from "../bench.ts";
import { CONFIG, type Host, NOTES } from "../host.ts";
import { defineLife, playLife } from "../play.ts";
import { USES_ALL } from "./confined.ts";

/** Hook calls under Debian's own policy, enforced. */
export async function selinux(bench: Bench, host: Host): Promise<void> {
  await bench.check("SELinux is enforcing", async () => {
    assert.equal((await host.vm.must("getenforce")).trim(), "Enforcing");
    bench.report.note(await host.vm.must("ps -eZ | grep -e libvirtd -e virtlogd"));
  });
  await host.handlers({
    "00-calls": LOG_HANDLER.replaceAll("/var/log/hookvisor/e2e", NOTES),
    "10-all": USES_ALL,
  });
  await defineLife(host);
  for (const way of ["plain", "restored"] as const) {
    await bench.check(`a network's and a guest's life, ${way}`, async () => {
      await host.vm.file(CONFIG, `checkpoint: ${way === "restored"}\n`);
      await host.vm.must(`hookvisor checkpoint ${way === "restored" ? "" : "--remove"}`);
      const calls = await playLife(host);
      bench.report.note(`${calls.length} calls, ${calls.filter(({ restored }) => restored).length} restored`);
    });
  }
  await bench.check("SELinux denied nothing of hookvisor's", async () => {
    const denials = await host.denials();
    bench.report.note(`${denials.length} denials of others`);
    assert.deepEqual(denials.filter((line) => /hookvisor/.test(line)), []);
  });
}

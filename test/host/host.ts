import type { Event } from "../e2e/checks/events.ts";
import { type Ended, Vm } from "./vm.ts";

export const HANDLERS = "/etc/hookvisor/handlers";
export const CONFIG = "/etc/hookvisor/config.yaml";
const RECORDS = "/var/log/hookvisor/events.jsonl";
/** Where handlers may leave notes. */
export const NOTES = "/var/lib/hookvisor-test";

/** What confines programs on the host. */
export type Security = "apparmor" | "selinux";

/** What the hook calls of a while were. */
export type Calls = Event[];

/** The machine as the checks see it: libvirt, hookvisor's records, the kernel's denials. */
export class Host {
  private seen = 0;
  /** Hook calls with a record that the checks have looked at, and how many were restored. */
  readonly counts = { calls: 0, restored: 0 };

  constructor(readonly vm: Vm, readonly security: Security) {}

  virsh(words: string): Promise<Ended> {
    return this.vm.run(`virsh -q ${words}`);
  }

  /** Replaces all handlers by these, by their names. */
  async handlers(handlers: Record<string, string>): Promise<void> {
    await this.vm.must(`rm -f ${HANDLERS}/*.js`);
    for (const [name, text] of Object.entries(handlers)) await this.vm.file(`${HANDLERS}/${name}.js`, text);
  }

  /** Waits until no hook call runs: libvirt has its answer before its record is written. */
  async recordsWritten(): Promise<void> {
    await this.vm.must(
      "while pgrep -f '^/etc/libvirt/hooks/[a-z]+\\.d/50-hookvisor' > /dev/null; do sleep 0.1; done",
    );
  }

  /** The records since the last look. */
  async calls(): Promise<Calls> {
    await this.recordsWritten();
    const text = await this.vm.must(`tail -n +${this.seen + 1} ${RECORDS} 2> /dev/null || true`);
    const events = text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Event);
    this.seen += events.length;
    this.counts.calls += events.length;
    this.counts.restored += events.filter(({ restored }) => restored).length;
    return events;
  }

  /** The calls since the host came up; those of before count as looked at. */
  async callsOfBoot(): Promise<Calls> {
    await this.recordsWritten();
    const up = Number(await this.vm.must("sed -n 's/^btime //p' /proc/stat")) * 1000;
    const lines = (await this.vm.must(`cat ${RECORDS}`)).split("\n").filter((line) => line !== "");
    const events = lines.map((line) => JSON.parse(line) as Event).filter(({ time }) =>
      Date.parse(time) >= up
    );
    this.seen = lines.length - events.length;
    return events;
  }

  /** The records since the last look, once that call of an object has come. */
  async callsUntil(operation: string, object: string): Promise<Calls> {
    await this.recorded(operation, object);
    return await this.calls();
  }

  /** Waits for the record of an object's call, after those that were looked at. */
  async recorded(operation: string, object: string): Promise<void> {
    const [driver, name] = operation.split("/");
    const line = `"driver":"${driver}".*"object":"${object}".*"operation":"${name}"`;
    await this.vm.until(
      `a record of ${operation} for ${object}`,
      `tail -n +${this.seen + 1} ${RECORDS} | grep -q '${line}'`,
      120_000,
    );
  }

  /**
   * What AppArmor has denied since this boot (or `dmesg --clear`), by the kernel's log; of SELinux's denials those that
   * name hookvisor: Debian's policy denies much of its own systemd's.
   */
  async denials(): Promise<string[]> {
    const log = await this.vm.must(
      `dmesg | grep -E 'apparmor="DENIED"|avc: +denied|type=1107.*denied' || true`,
    );
    const ours = this.security === "selinux" ? /hookvisor/ : /./;
    return log.split("\n").filter((line) => ours.test(line));
  }

  /** The domain or profile of a running daemon. */
  async confinement(daemon: string): Promise<string> {
    return domainOf(await this.vm.must(`cat /proc/$(pidof ${daemon})/attr/current`));
  }
}

/** Of what `/proc/PID/attr/current` says: SELinux's domain, or AppArmor's profile and mode. */
export function domainOf(context: string): string {
  const [line = ""] = context.split(/[\n\0]/);
  return line.split(":")[2] ?? line;
}

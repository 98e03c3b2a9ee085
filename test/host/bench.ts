import type { Report } from "../e2e/report.ts";
import type { Host } from "./host.ts";

/** What a file of checks works with. */
export class Bench {
  constructor(readonly report: Report, private readonly host: Host) {}

  /** A named check; after a failure the host's log since its beginning is shown. */
  async check(name: string, body: () => Promise<void>): Promise<void> {
    const cursor = await this.now();
    await this.report.check(name, body, async () => {
      const log = `journalctl --no-pager -q -o short-monotonic --since=@${cursor}`;
      return (await this.host.vm.run(`${log} | grep -v -e agent -e audit | tail -n 25`)).stdout;
    });
  }

  private async now(): Promise<string> {
    return (await this.host.vm.must("date +%s")).trim();
  }
}

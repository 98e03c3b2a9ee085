/** Counts and prints what was checked, one line each; a failed check shows why and goes on. */
export class Report {
  passed = 0;
  failed = 0;

  /** `context` is asked only after a failure: what a reader needs to understand it. */
  async check(name: string, body: () => Promise<void>, context?: () => Promise<string>): Promise<void> {
    const began = performance.now();
    try {
      await body();
      this.passed++;
      console.log(`  ok    ${name} (${seconds(performance.now() - began)})`);
    } catch (error) {
      this.failed++;
      console.log(`  FAIL  ${name}`);
      console.log(indent(shorten(error instanceof Error ? error.message : String(error))));
      const more = await context?.().catch(() => "");
      if (more) console.log(indent(shorten(more)));
    }
  }

  title(text: string): void {
    console.log(text);
  }

  note(text: string): void {
    console.log(indent(text));
  }

  /** The last line; gives the exit code. */
  end(): number {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** A reason is read by people: the first lines, none too long. */
function shorten(text: string): string {
  return text.trim().split("\n").slice(0, 40).map((line) =>
    line.length > 400 ? `${line.slice(0, 400)}…` : line
  ).join("\n");
}

function indent(text: string): string {
  return text.split("\n").map((line) => `        ${line}`).join("\n");
}

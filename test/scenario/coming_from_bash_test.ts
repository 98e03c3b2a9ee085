/** docs/coming-from-bash.md: its handlers are in order, and the one that says it is tried is. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fixture, Host } from "./support.ts";
import { run, World } from "./admin_world.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/coming-from-bash.md", import.meta.url));
const HANDLERS = [...PAGE.matchAll(/^```js\n(.*?)^```$/gms)].map(([, text]) => text!);

Deno.test("the handlers on the page pass hookvisor check", () => {
  assert.equal(HANDLERS.length, 2);
  using world = new World();
  HANDLERS.forEach((text, i) => world.write(`1${i}-page.js`, text));
  const told = world.admin("check");
  assert.equal(told.code, 0, told.stdout + told.stderr);
  assert.match(told.stdout, /2 handlers, 0 errors/);
});

Deno.test("what the page says in one handler is what it does", async () => {
  using host = new Host();
  const place = host.scratch("demo");
  host.file("handlers/10-page.js", HANDLERS[1]!.replaceAll("/run/demo", place));
  const call = (operation: string, end: string) =>
    host.hook(["qemu", "v1", operation, end, "-"], { stdin: fixture("9.0.0/003-qemu-prepare") });
  const { code, stderr } = await call("prepare", "begin");
  assert.equal(code, 0, stderr);
  assert.equal(Deno.readTextFileSync(join(place, "file")), "hello v1\ntrue b\na\n1 b\n");
  await call("release", "end");
  assert.equal(Deno.readTextFileSync(join(place, "trace")), "undone\n");
});

Deno.test("commands on the pages for newcomers exist, with the options that they are given there", () => {
  for (const page of ["coming-from-bash", "gpu-passthrough", "recipes"]) {
    const text = Deno.readTextFileSync(new URL(`../../docs/${page}.md`, import.meta.url));
    for (
      const [, name, rest] of text.matchAll(
        /hookvisor (new|check|run|undo|history|doctor|install)\b([^`\n#|]*)/g,
      )
    ) {
      const help = run(["help", name!]).stdout;
      for (const [flag] of rest!.matchAll(/--[a-z-]+/g)) {
        assert.match(help, new RegExp(`${flag}\\b`), `${page}: ${name}`);
      }
    }
  }
});

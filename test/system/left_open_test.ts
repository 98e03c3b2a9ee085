import { deepEqual } from "node:assert/strict";

Deno.test("paths and commands leave no descriptor open, whether they succeed or fail", async () => {
  const folder = Deno.makeTempDirSync();
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", new URL("left_open.ts", import.meta.url).pathname, folder],
    stderr: "inherit",
  }).output();
  Deno.removeSync(folder, { recursive: true });
  deepEqual([success, JSON.parse(new TextDecoder().decode(stdout))], [true, {
    "a path resolved": 0,
    "a path that leads nowhere": 0,
    "a command": 0,
    "a command that is not there": 0,
  }]);
});

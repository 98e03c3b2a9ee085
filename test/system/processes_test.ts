import { deepEqual, equal } from "node:assert/strict";
import { HAS_NAMESPACES, until } from "../scenario/support.ts";
import { processesNamed } from "../../src/system/processes.ts";

Deno.test({
  name: "processesNamed() finds a process by its name, and none that has another namespace for pids",
  ignore: !HAS_NAMESPACES || Deno.uid() !== 0,
  async fn() {
    const folder = Deno.makeTempDirSync();
    const name = `own-${Deno.pid}`;
    const program = `${folder}/${name}`;
    Deno.copyFileSync("/usr/bin/sleep", program);
    const start = (path: string, ...args: string[]) =>
      new Deno.Command(path, { args, stdin: "null" }).spawn();
    const apart = start("unshare", "--pid", "--fork", "--kill-child", program, "60");
    try {
      const child = () =>
        Number(Deno.readTextFileSync(`/proc/${apart.pid}/task/${apart.pid}/children`).split(" ")[0]);
      const isThere = () => child() > 0 && Deno.readTextFileSync(`/proc/${child()}/comm`) === `${name}\n`;
      await until(isThere, "the process in the namespace did not start");
      deepEqual(processesNamed([name]), []);
      const own = start(program, "60");
      try {
        await until(() => processesNamed([name]).length > 0, "the process was not found");
        const [found, ...others] = processesNamed([name]);
        deepEqual([found?.pid, found?.name, found?.program, others], [own.pid, name, program, []]);
        equal(Math.abs(Date.now() - found!.startedMs) < 30_000, true);
      } finally {
        own.kill("SIGKILL");
        await own.status;
      }
    } finally {
      apart.kill("SIGKILL");
      await apart.status;
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

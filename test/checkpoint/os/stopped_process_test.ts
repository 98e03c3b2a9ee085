import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { parseMappings } from "../../../src/system/mappings.ts";
import { PAGE, StoppedProcess } from "../../../src/checkpoint/os/stopped_process.ts";

Deno.test("parseMappings() reads every line of a real process", () => {
  const text = Deno.readTextFileSync("/proc/self/maps");
  const found = parseMappings(text);
  equal(found.length, text.trimEnd().split("\n").length);
  // The kernel's own page at the end of all addresses is beyond what a number holds exactly.
  const usual = found.filter(({ path }) => path !== "[vsyscall]");
  ok(usual.every(({ start, end }) => start < end && start % PAGE === 0 && Number.isSafeInteger(end)));
  equal(found.filter(({ path }) => path === "[stack]").length, 1);
  ok(found.some(({ path, execute, inode }) => path === Deno.execPath() && execute && inode > 0));
});

Deno.test("parseMappings() reads a path with spaces and one that was removed", () => {
  const [one, other] = parseMappings(
    "55c8e367c000-55c8e5332000 r-xp 01cb6000 fe:00 2154514    /usr/lib/a b.so (deleted)\n" +
      "7f0dca600000-7f0dea380000 rwxp 00000000 00:00 0 \n",
  );
  deepEqual(one, {
    start: 0x55c8e367c000,
    end: 0x55c8e5332000,
    read: true,
    write: false,
    execute: true,
    offset: 0x1cb6000,
    inode: 2154514,
    path: "/usr/lib/a b.so (deleted)",
  });
  deepEqual([other?.path, other?.write, other?.inode], ["", true, 0]);
  throws(() => parseMappings("nonsense\n"), /is not understood: nonsense/);
});

Deno.test({
  name: "StoppedProcess tells a process's own pages from those of files, and reads them",
  ignore: Deno.uid() !== 0,
  fn: async () => {
    const word = "something-in-its-memory";
    const child = new Deno.Command("sh", {
      args: ["-c", `word=${word}; kill -STOP $$`],
      stdin: "null",
      stdout: "null",
    }).spawn();
    try {
      while (!StoppedProcess.isStopped(child.pid)) await new Promise((done) => setTimeout(done, 2));
      using process = new StoppedProcess(child.pid);
      equal(process.threads, 1);
      match(process.descriptors().get(0)?.target ?? "", /^\/dev\/null$/);
      const mappings = process.mappings();
      const text = mappings.find(({ execute, path }) => execute && path.startsWith("/"))!;
      const kinds = process.pages(text);
      equal(kinds.length, (text.end - text.start) / PAGE);
      ok(kinds.includes("file") && !kinds.includes("own"), kinds.join());
      const heap = mappings.find(({ path }) => path === "[heap]")!;
      ok(process.pages(heap).includes("own"));
      const bytes = process.read(heap.start, heap.end - heap.start);
      ok(new TextDecoder("latin1").decode(bytes).includes(word));
      throws(() => process.read(0, PAGE));
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
  },
});

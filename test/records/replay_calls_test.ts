import { deepEqual, equal, match } from "node:assert/strict";
import {
  callsDirectory,
  keepForReplay,
  type KeptCall,
  keptCall,
  keptCalls,
} from "../../src/records/replay_calls.ts";

function call(id: string): Omit<KeptCall, "v"> {
  const words = { driver: "qemu", object: "v1", operation: "start", subOperation: "begin", extra: "-" };
  return { id, time: "2026-01-02T03:04:05.000Z", ...words, xml: "<domain/>", environment: ["PATH"] };
}

function inFolder(test: (log: string) => void): () => void {
  return () => {
    const log = Deno.makeTempDirSync();
    try {
      test(log);
    } finally {
      Deno.removeSync(log, { recursive: true });
    }
  };
}

Deno.test(
  "the newest calls are kept, as many as are wanted, and read newest first",
  inFolder((log) => {
    for (const id of ["aaaa-0001", "aaaa-0002", "aaaa-0003"]) {
      equal(keepForReplay(log, call(id), 2), undefined);
    }
    deepEqual([...keptCalls(log)].map(({ id }) => id), ["aaaa-0003", "aaaa-0002"]);
    deepEqual(keptCall(log, "aaaa-0002"), { v: 1, ...call("aaaa-0002") });
    equal(keptCall(log, "aaaa-0001"), undefined);
  }),
);

Deno.test(
  "what is no whole call of a known version is left out, and no other name is read",
  inFolder((log) => {
    equal(keepForReplay(log, call("aaaa-0009"), 9), undefined);
    const put = (name: string, text: string) =>
      Deno.writeTextFileSync(`${callsDirectory(log)}/${name}`, text, { mode: 0o600 });
    const { xml: _, ...withoutXml } = call("aaaa-0003");
    put("aaaa-0001.json", `{"v":1,"id":"aaaa`);
    put("aaaa-0002.json", "null");
    put("aaaa-0003.json", JSON.stringify({ v: 1, ...withoutXml }));
    put("aaaa-0004.json", JSON.stringify({ v: 2, ...call("aaaa-0004") }));
    put("aaaa-0005.json", `"text"`);
    put("other.json", JSON.stringify({ v: 1, ...call("other") }));
    deepEqual([...keptCalls(log)].map(({ id }) => id), ["aaaa-0009"]);
    for (const id of ["other", "../calls/aaaa-0009", "aaaa-0002"]) equal(keptCall(log, id), undefined, id);
  }),
);

Deno.test(
  "a directory that cannot hold them is told, and nothing is thrown",
  inFolder((log) => {
    Deno.writeTextFileSync(callsDirectory(log), "a file");
    match(keepForReplay(log, call("aaaa-0001"), 9) ?? "", /calls/);
    deepEqual([...keptCalls(`${log}/none`)], []);
  }),
);

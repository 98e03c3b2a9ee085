import assert from "node:assert/strict";
import { Host } from "./support.ts";

/** The largest input that is read. */
const BYTES = 16 * 1024 * 1024;
/** What no document of that size may make the process take: its text three times, and the worst of what it says. */
const MOST_KIB = 512 * 1024;
/** Reading 16 MiB takes its time on a busy machine. */
const TIMES = "timeouts: {qemu/start: 3m, qemu/migrate: 3m}\n";

const HEAD =
  "<domain type='kvm'><name>v1</name><uuid>4dea22b3-1d52-4bf3-9516-782e98ab3fa0</uuid><memory>7</memory>";

/** A document of 16 MiB: a piece again and again between what is before and behind. */
function filled(before: string, piece: string, behind: string): string {
  const start = HEAD + before;
  const end = `${behind}</domain>`;
  return start + piece.repeat(Math.floor((BYTES - bytes(start + end)) / bytes(piece))) + end;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** An element with as many attributes as there is room for, no two alike. */
function attributes(prefix: string, value: string): string {
  const all: string[] = [];
  for (let i = 0, size = 1_000; size < BYTES; i++) {
    const one = ` ${prefix}a${i.toString(16)}='${value}'`;
    all.push(one);
    size += one.length;
  }
  all.pop();
  return `${HEAD}<metadata><n:a xmlns:n='u'${all.join("")}/></metadata></domain>`;
}

const DOCUMENTS: [name: string, make: () => string][] = [
  ["2.4 million disks", () => filled("<devices>", "<disk/>", "</devices>")],
  [
    "half a million pins of all CPUs",
    () => filled("<cputune>", "<vcpupin vcpu='1' cpuset='0-16383'/>", "</cputune>"),
  ],
  ["four million elements in metadata", () => filled("<metadata>", "<a/>", "</metadata>")],
  ["a million pairs of elements", () => filled("<metadata>", "<a><b/></a>", "</metadata>")],
  ["elements 200 deep", () => filled("<metadata>", "<a>".repeat(200) + "</a>".repeat(200), "</metadata>")],
  ["namespaces by the million", () => filled("<metadata>", "<p:a xmlns:p='u'/>", "</metadata>")],
  ["one text", () => filled("<description>", "x", "</description>")],
  ["one text of quotes", () => filled("<description>", '"', "</description>")],
  ["one text of line ends", () => filled("<description>", "\n", "</description>")],
  ["references by the million", () => filled("<description>", "&lt;", "</description>")],
  ["text nodes by the million", () => filled("<title>", "<a/>x", "</title>")],
  ["empty CDATA sections by the million", () => filled("<title>", "<![CDATA[]]>", "</title>")],
  ["CDATA full of tags", () => filled("<title><![CDATA[", "<", "]]></title>")],
  ["one long attribute", () => filled("<devices><disk><source file='", "x", "'/></disk></devices>")],
  ["two million attributes", () => attributes("", "")],
  ["a million namespace declarations", () => attributes("xmlns:", "u")],
  ["two million attributes with a prefix", () => attributes("n:", "")],
];

const READS_ALL = `
  if (event.domain.memoryKiB !== 7) throw new Error("not the memory");
  const said = [];
  const attempt = (what, act) => { try { act(); } catch (error) { said.push(what + ": " + error.name); } };
  for (const name of Object.keys(event.domain)) attempt(name, () => event.domain[name]);
  attempt("xml", () => event.xml);
  attempt("metadata", () => event.domain.metadata("u"));
  for (const path of ["metadata", "//*[@a]", "//*[1]", "//*[a]/b", "//*/text()"]) attempt(path, () => event.domain.find(path));
  for (const path of ["//*", "//*/@*", "//*[last()]"]) attempt(path, () => event.domain.findAll(path));
  host.log.info(said.join());`;

for (const [name, make] of DOCUMENTS) {
  Deno.test(`16 MiB of ${name} keep within 512 MiB, whatever a handler reads, and a handler reads the rest`, async () => {
    using host = new Host();
    host.file("config.yaml", TIMES);
    host.handler("10-a", "on: [qemu/start]", READS_ALL);
    const stdin = new TextEncoder().encode(make());
    assert.ok(stdin.length > BYTES - 2_000 && stdin.length <= BYTES, `${stdin.length}`);
    const ended = await host.hook(["qemu", "v1", "start", "begin", "-"], {
      stdin,
      memory: true,
      giveUpMs: 200_000,
    });
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    assert.ok(ended.peakKiB > 64 * 1024, `${ended.peakKiB} KiB: not measured`);
    assert.ok(ended.peakKiB < MOST_KIB, `${ended.peakKiB} KiB`);
    const said = host.record().handlers[0]!.calls.find(({ call }) => call === "log")!.what.split(",");
    assert.ok(said.includes("xml: HookDataError"), said.join());
    assert.ok(said.every((one) => one.endsWith(": HookDataError")), said.join());
  });
}

/** What is kept of a call, and what a record says of an edit, is without secrets: that is looked for in the whole text. */
const TO_MASK: [name: string, make: () => string][] = [
  [
    "a long attribute of a secret",
    () => filled("<title>old</title><metadata><m:secret xmlns:m='u' é='", "a", "'/></metadata>"),
  ],
  [
    "keys in a CDATA section",
    () => filled("<title>old</title><metadata><a>", "<key><![CDATA[", "]]><x/></key></a></metadata>"),
  ],
  ["line ends", () => filled("<title>old</title><description>", "\n", "</description>")],
  [
    "control characters",
    () => filled("<title>old</title><description>", "\u0085", "</description>"),
  ],
];

for (const [name, make] of TO_MASK) {
  Deno.test(`16 MiB with ${name} keep within 512 MiB and the time where calls are kept and XML is edited`, async () => {
    using host = new Host();
    host.file("config.yaml", `${TIMES}record: true\n`);
    host.handler(
      "10-a",
      "on: [qemu/start, qemu/migrate]\nallow: {xml: true}",
      `if (event.operation === "migrate") await host.xml.set("title", "new");`,
    );
    const stdin = new TextEncoder().encode(make());
    assert.ok(stdin.length > BYTES - 2_000 && stdin.length <= BYTES, `${stdin.length}`);
    for (const operation of ["start", "migrate"]) {
      const ended = await host.hook(["qemu", "v1", operation, "begin", "-"], {
        stdin,
        memory: true,
        giveUpMs: 170_000,
      });
      assert.deepEqual([ended.code, ended.stderr], [0, ""]);
      assert.ok(ended.peakKiB < MOST_KIB, `${operation}: ${ended.peakKiB} KiB`);
    }
    assert.equal(host.record().handlers[0]!.outcome, "success");
  });
}

Deno.test("sets of CPUs cost nothing to a handler that reads the memory, however many and large they are", async () => {
  using host = new Host();
  host.handler("10-a", "on: [qemu/start]", "host.log.info(String(event.domain.memoryKiB))");
  const peak = async (count: number) => {
    const pins = Array.from({ length: count }, (_, i) => `<vcpupin vcpu='${i}' cpuset='0-4095'/>`).join("");
    const ended = await host.hook(["qemu", "v1", "start", "begin", "-"], {
      stdin: `${HEAD}<cputune>${pins}</cputune></domain>`,
      memory: true,
    });
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    return ended.peakKiB;
  };
  const [few, many] = [await peak(1), await peak(20_000)];
  assert.ok(many - few < 32 * 1024, `${few} KiB and ${many} KiB`);
});

Deno.test("a handler that counts out too many CPUs fails with a reason, not for memory", async () => {
  using host = new Host();
  host.handler(
    "10-a",
    "on: [qemu/start]",
    "for (const { cpuset } of event.domain.cputune.pins) cpuset.length;",
  );
  const pins = Array.from({ length: 1_024 }, (_, i) => `<vcpupin vcpu='${i}' cpuset='0-4095'/>`).join("");
  const ended = await host.hook(["qemu", "v1", "start", "begin", "-"], {
    stdin: `${HEAD}<cputune>${pins}</cputune></domain>`,
    memory: true,
  });
  assert.equal(ended.code, 1);
  assert.match(
    ended.stderr,
    /^hookvisor: v1: start refused by 10-a: HookDataError: event\.domain: the sets of CPUs [^\n]+ a million members in all: read their text \([^\n]+\n$/,
  );
  assert.ok(ended.peakKiB < 256 * 1024, `${ended.peakKiB} KiB`);
});

for (
  const [what, make, edit, message] of [
    ["line ends", DOCUMENTS[8]![1], `host.xml.insertBefore("name", "<title>x</title>")`, undefined],
    [
      "disks",
      DOCUMENTS[0]![1],
      `host.xml.set("devices/disk/@type", "file")`,
      /leads to more than 100000 elements/,
    ],
    [
      "disks, to each of which megabytes are added",
      () => `${HEAD}<devices>${"<disk/>".repeat(90_000)}</devices></domain>`,
      `host.xml.append("devices/disk", "<a>" + "x".repeat(4e6) + "</a>")`,
      /larger than 16777216 bytes/,
    ],
  ] as const
) {
  Deno.test(`an edit of millions of ${what} keeps within 512 MiB`, async () => {
    using host = new Host();
    host.file("config.yaml", TIMES);
    host.handler("10-a", "on: [qemu/migrate]\nallow: {xml: true}", edit);
    const ended = await host.hook(["qemu", "v1", "migrate", "begin", "-"], {
      stdin: make().replace("xxxxxxxxxxxxxxxxxxxx", "").replace("\n".repeat(30), ""),
      memory: true,
      giveUpMs: 200_000,
    });
    if (message === undefined) assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    else assert.match(ended.stderr, message);
    assert.ok(ended.peakKiB < MOST_KIB, `${ended.peakKiB} KiB`);
  });
}

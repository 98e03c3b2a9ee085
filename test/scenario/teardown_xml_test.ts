import assert from "node:assert/strict";
import { Host, type Words } from "./support.ts";

const UUID = "4dea22b3-1d52-4bf3-9516-782e98ab3fa0";
const HEAD = `<domain type='kvm'><name>v1</name><uuid>${UUID}</uuid>`;
const NETWORK = `<network><name>n1</name><uuid>${UUID}</uuid>`;
const PORT = "<networkport><uuid>5d744f21-ba4a-4d6e-bdb2-30a35ff3207d</uuid><owner><name>v1</name></owner>";

const RELEASE: Words = ["qemu", "v1", "release", "end", "destroyed"];
const STOPPED: Words = ["qemu", "v1", "stopped", "end", "-"];

/** What a guest's owner, or anything else, may make of a document. */
const UNREADABLE: [name: string, text: string, why: RegExp][] = [
  [
    "more than 16 MiB of metadata",
    `${HEAD}<metadata>${"<a/>".repeat(4_300_000)}</metadata></domain>`,
    /larger than 16777216/,
  ],
  [
    "257 levels",
    `${HEAD}<metadata>${"<a>".repeat(260)}${"</a>".repeat(260)}</metadata></domain>`,
    /nested more than 256/,
  ],
  ["a control character", `${HEAD}<title>\u0001</title></domain>`, /U\+0001/],
  ["an end in the middle", `${HEAD}<devices><disk>`, /ends before/],
];

const body = `
  host.log.info(event.name + " " + event.domain.name + " " + event.domain.uuid + " " + event.uuid + " " + host.guest.uuid);
  try { event.domain.disks } catch (error) { host.log.info(error.name + ": " + error.message); }
  try { event.domain.find("name/text()") } catch (error) { host.log.info(error.name); }`;

function logs(host: Host, handler = 0): string[] {
  return host.record().handlers[handler]!.calls.filter(({ call }) => call === "log").map(({ what }) => what);
}

for (const [name, text, why] of UNREADABLE) {
  Deno.test(`a guest whose XML has ${name} is taken down by name and UUID, and the rest fails with the reason`, async () => {
    using host = new Host();
    host.handler("10-a", "on: [qemu/*]", body);
    host.handler(
      "20-uuid",
      `on: [qemu/release]\nguests: ["uuid:${UUID}"]`,
      "host.log.info(event.domain.name)",
    );
    for (const words of [STOPPED, RELEASE]) {
      const ended = await host.hook(words, { stdin: text });
      assert.deepEqual([ended.code, ended.stderr], [0, ""]);
      const own = host.record().handlers.findIndex((one) => one.name === "10-a");
      const [known, rest, found] = logs(host, own);
      assert.equal(known, `v1 v1 ${UUID} ${UUID} ${UUID}`);
      assert.match(rest!, /^HookDataError: /);
      assert.match(rest!, why);
      assert.equal(found, "HookDataError");
    }
    assert.deepEqual(host.record().handlers.map(({ name, outcome }) => [name, outcome]), [
      ["20-uuid", "success"],
      ["10-a", "success"],
    ]);
    // Where a guest is to start, it counts whole or not at all.
    const started = await host.hook(["qemu", "v1", "start", "begin", "-"], { stdin: text });
    assert.equal(started.code, 1);
    assert.match(started.stderr, why);
  });
}

Deno.test("a guest's owner who fills the metadata with attributes keeps no handler from reading the XML", async () => {
  using host = new Host();
  host.handler(
    "10-a",
    "on: [qemu/release]\nwhen: {hostdev: true}",
    "host.log.info(event.domain.hostdevs[0].type)",
  );
  const many = Array.from({ length: 100_000 }, (_, i) => ` a${i}=''`).join("");
  const stdin =
    `${HEAD}<metadata><n:a xmlns:n='u'${many}/></metadata><devices><hostdev type='usb'/></devices></domain>`;
  const ended = await host.hook(RELEASE, { stdin });
  assert.deepEqual([ended.code, ended.stderr], [0, ""]);
  assert.deepEqual(logs(host), ["usb"]);
});

for (const [name, text] of [["nothing", ""], ["no XML at all", "]]>"]] as const) {
  Deno.test(`a guest of whose XML there is ${name} is taken down by its name`, async () => {
    using host = new Host();
    host.handler(
      "10-a",
      "on: [qemu/release]",
      "host.log.info(event.name); host.log.info(event.uuid ?? 'none');",
    );
    const ended = await host.hook(RELEASE, { stdin: text });
    assert.equal(ended.code, 0);
    assert.deepEqual(logs(host), ["v1"]);
    assert.match(host.record().handlers[0]!.message!, /HookDataError: /);
  });
}

Deno.test("undo does not depend on the XML: what prepare set comes back at a release that nobody can read", async () => {
  using host = new Host();
  const folder = host.scratch("files");
  Deno.writeTextFileSync(`${folder}/a`, "old\n");
  host.handler(
    "10-a",
    `on: [qemu/prepare, qemu/release]\nallow: {write: [${folder}/*], exec: [touch ${folder}/undone]}`,
    `if (event.operation === "release") return void event.domain.disks;
     await host.undo("touch", ["${folder}/undone"]);
     await host.fs.set("${folder}/a", "new");
     await host.state.set("key", 1);`,
  );
  const prepared = await host.hook(["qemu", "v1", "prepare", "begin", "-"], { stdin: `${HEAD}</domain>` });
  assert.deepEqual([prepared.code, prepared.stderr], [0, ""]);
  assert.equal(Deno.readTextFileSync(`${folder}/a`), "new");
  const ended = await host.hook(RELEASE, { stdin: UNREADABLE[1]![1] });
  assert.equal(ended.code, 0);
  assert.equal(Deno.readTextFileSync(`${folder}/a`), "old\n");
  assert.ok(Deno.statSync(`${folder}/undone`).isFile);
  const { handlers, undone } = host.record();
  assert.match(handlers[0]!.message!, /event\.domain\.disks: .*nested more than 256/);
  assert.deepEqual(undone!.map(({ ok }) => ok), [true, true]);
});

for (const operation of ["port-deleted", "stopped"]) {
  Deno.test(`network ${operation} with XML that cannot be read knows its network, and whose port it was`, async () => {
    using host = new Host();
    const isPort = operation === "port-deleted";
    host.handler(
      "10-a",
      `on: [network/${operation}]${isPort ? "\nguests: [v1]" : ""}`,
      `host.log.info(event.network.name + " " + event.network.uuid + " " + event.uuid);
       ${isPort ? "host.log.info(event.port.owner.name); " : ""}
       try { event.network.ips } catch (error) { host.log.info(error.message); }`,
    );
    const stdin = `<hookData>${NETWORK}</network>${isPort ? PORT : ""}<metadata>${"<a>".repeat(260)}`;
    const ended = await host.hook(["network", "n1", operation, isPort ? "begin" : "end", "-"], { stdin });
    assert.deepEqual([ended.code, ended.stderr], [0, ""]);
    const said = logs(host);
    assert.equal(said[0], `n1 ${UUID} ${UUID}`);
    if (isPort) assert.equal(said[1], "v1");
    assert.match(
      said[said.length - 1]!,
      /^event\.network\.ips: stdin:1:\d+: elements nested more than 256 deep$/,
    );
  });
}

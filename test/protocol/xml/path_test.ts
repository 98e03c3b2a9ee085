import assert from "node:assert/strict";
import { formatIssue } from "../../../src/base/issue.ts";
import { compilePath, compilePathTest } from "../../../src/protocol/xml/compile_path.ts";
import { XmlElement } from "../../../src/protocol/xml/document.ts";
import { findAll, findElements, findFirst, passes } from "../../../src/protocol/xml/find.ts";
import { parseDocument } from "../../../src/protocol/xml/parse_document.ts";
import { fixtureText } from "./fixtures.ts";
import { Generator } from "./generate.ts";
import { LxmlPeer } from "./lxml_peer.ts";
import { Random } from "./random.ts";

function root(xml: string): XmlElement {
  const { document, issue } = parseDocument(xml, { source: "test" });
  assert.equal(issue, undefined);
  return document!.root;
}

/** What the path finds: texts, and elements as their source. */
function find(xml: string, path: string, namespaces: Record<string, string> = {}): string[] {
  const compiled = compilePath(path, { namespaces });
  assert.equal(compiled.issue, undefined, compiled.issue && formatIssue(compiled.issue));
  const { found, issue } = findAll(root(xml), compiled.path!);
  assert.equal(issue, undefined);
  return found!.map((f) => typeof f === "string" ? f : f.source);
}

const INWARDS =
  "a path leads inwards only: name the outer element and test what it contains, as in disk[target/@dev='vda']/source";
const VM = fixtureText("xml/libvirt-9.0.0/qemu-prepare-wide.xml");

for (
  const [path, expected] of [
    ["name", ["<name>wide</name>"]],
    ["name/text()", ["wide"]],
    ["title/text()", ["Games & work"]],
    ["./name/text()", ["wide"]],
    [" name / text() ", ["wide"]],
    ["/domain/name/text()", ["wide"]],
    ["/name", []],
    ["nothing/at/all", []],
    ["@type", ["qemu"]],
    ["@nothing", []],
    ["memory/@unit", ["KiB"]],
    ["devices/disk/target/@dev", [
      ..."abcdefghi".split("").map((letter) => `vd${letter}`),
      "sda",
      "sdb",
      "fda",
    ]],
    ["devices/disk[@device='cdrom']/target/@dev", ["sda", "sdb"]],
    ['devices/disk[@device="cdrom"]/target/@dev', ["sda", "sdb"]],
    ["devices/disk[@device!='disk']/target/@dev", ["sda", "sdb", "fda"]],
    ["devices/disk[2]/target/@dev", ["vdb"]],
    ["devices/disk[last()]/target/@dev", ["fda"]],
    ["devices/disk[@device='disk'][2]/target/@dev", ["vdb"]],
    ["devices/disk[2][@device='cdrom']/target/@dev", []],
    ["devices/disk[99]/target/@dev", []],
    ["devices/disk[source/host]/target/@dev", ["vdd", "vde", "vdi", "sda"]],
    ["devices/disk[not(source)]/target/@dev", ["sdb"]],
    ["devices/disk[not(@device)]", []],
    ["devices/disk[@type='nvme']/source/@*", ["pci", "yes", "1"]],
    ["devices/disk[target/@dev='vd*'][shareable]/target/@dev", ["vda"]],
    ["devices/disk[serial='WD-*']/target/@dev", ["vda"]],
    ["devices/disk[serial/text()='WD-1234']/target/@dev", ["vda"]],
    ["devices/interface/mac[@address='52:54:00:6d:*']/@address", ["52:54:00:6d:90:02"]],
    ["devices/*[mac][mtu]/@type", ["bridge"]],
    ["devices/*[1]/text()", ["/usr/bin/qemu-system-x86_64"]],
    ["os/type[@arch='x86*'] ", ["<type arch='x86_64' machine='pc-q35-7.2'>hvm</type>"]],
    ["cputune/vcpupin[@vcpu='1']/@cpuset", ["0-2,4-7"]],
    ["//address[@uuid]/@uuid", ["c2177883-f1bb-47f0-914d-32a22e3a8804"]],
    ["devices//source[@dev]/@dev", ["/dev/loop0", "eth0", "/dev/vhost-vdpa-0"]],
    ["//source/host[1]/@name", ["mon1.example.test", "10.0.0.1", "example.test", "iscsi.example.test"]],
    ["//vlan//tag/@id", ["42", "47"]],
    ["qemu:commandline/qemu:arg/@value", ["-no-hpet"]],
    ["qemu:commandline/*/@name", ["A"]],
    ["qemu:commandline/qemu:*[1]/@value", ["-no-hpet"]],
    ["commandline", []],
    ["*:commandline/*:env/@value", ["b"]],
    ["metadata/libosinfo:libosinfo/libosinfo:os/@id", ["http://microsoft.com/win/11"]],
    ["metadata/note", []],
    ["metadata/*:note/@by", ["me"]],
  ] as const
) {
  Deno.test(`the path ${path} finds ${expected.length === 0 ? "nothing" : expected.join(" ")}`, () => {
    assert.deepEqual(find(VM, path), expected);
  });
}

Deno.test("a path takes prefixes for namespaces of one's own, whatever the document calls them", () => {
  const n = { my: "urn:example:note" };
  assert.deepEqual(find(VM, "metadata/my:note/@by", n), ["me"]);
  assert.deepEqual(find(VM, "metadata/my:note/my:b/text()", n), ["this"]);
  const xml = "<a xmlns:z='urn:example:note'><z:b z:c='1' c='2'/></a>";
  assert.deepEqual(find(xml, "my:b/@my:c", n), ["1"]);
  assert.deepEqual(find(xml, "my:b/@c", n), ["2"]);
  assert.deepEqual(find(xml, "my:b/@*:c", n), ["1", "2"]);
});

for (
  const [path, message] of [
    ["", "path:1:1: an element's name is expected, not the end"],
    ["/", "path:1:2: an element's name is expected, not the end"],
    ["a/", "path:1:3: an element's name is expected, not the end"],
    ["a//", "path:1:4: an element's name is expected, not the end"],
    ["a///b", `path:1:4: an element's name is expected, not "/"`],
    ["a b", `path:1:3: unexpected "b"`],
    ["a]", `path:1:2: unexpected "]"`],
    ["devices/disk[@device=cdrom]", "path:1:22: a value in quotes is expected ([@device='cdrom'])"],
    ["a[@b='c]", "path:1:6: the value is not closed"],
    ["a[@b='c'", "path:1:9: ] is expected, not the end"],
    ["a[", "path:1:3: an element's name is expected, not the end"],
    ["a[0]", "path:1:3: positions are counted from 1"],
    ["a[1", "path:1:4: ] is expected, not the end"],
    ["a[not(b]", "path:1:8: ) is expected (not(...) takes a path: disk[not(readonly)])"],
    ["a[b<'c']", "path:1:4: = or != is expected (values are compared with = and != only)"],
    ["a='b'", "path:1:2: unexpected \"=\" (write a test in brackets: disk[@device='cdrom'])"],
    ["@a/b", `path:1:3: unexpected "/"`],
    ["@", "path:1:2: an attribute's name is expected, not the end"],
    ["a/@1", `path:1:4: an attribute's name is expected, not "1"`],
    ["../a", `path:1:2: a path cannot contain .. (${INWARDS})`],
    ["disk/../@type", `path:1:6: an element's name is expected, not "." (${INWARDS})`],
    ["parent::disk", `path:1:1: an element's name is expected, not an axis of XPath (${INWARDS})`],
    [
      "child::disk",
      "path:1:1: an element's name is expected, not an axis of XPath (no axis is needed: devices/disk)",
    ],
    [
      "devices/descendant::source",
      "path:1:9: an element's name is expected, not an axis of XPath " +
      "(write // for descendant::, as in devices//source)",
    ],
    [
      "source/attribute::file",
      "path:1:8: an element's name is expected, not an axis of XPath " +
      "(write @ for attribute::, as in source/@file)",
    ],
    [
      "disk[contains(@file, 'x')]",
      "path:1:6: an element's name is expected, not a function of XPath " +
      "(write * for any characters: disk[source/@file='*games*'])",
    ],
    [
      "disk[count(source)]",
      "path:1:6: an element's name is expected, not a function of XPath " +
      "(the only functions are text(), last() and not(...))",
    ],
    [
      "disk[position()=1]",
      "path:1:6: an element's name is expected, not a function of XPath " +
      "(a position stands alone in its brackets: disk[2], disk[last()])",
    ],
    [
      "disk[@type='file' and @device='disk']",
      "path:1:19: ] is expected, not \"a\" (write another pair of brackets: disk[@type='file'][@device='disk'])",
    ],
    [
      "disk[@type or @device]",
      "path:1:12: = or != is expected (paths have no or: use two paths, or with a * in the value)",
    ],
    ["a | b", `path:1:3: unexpected "|" (one path at a time: ask with two)`],
    ["qemu:", "path:1:6: a name is expected after qemu: (qemu:* takes any name)"],
    ["@qemu:", "path:1:7: a name is expected after qemu: (qemu:* takes any name)"],
    ["qemu:a:b", `path:1:1: "qemu:a:b" is no name: it has one colon at most, after a prefix`],
    [":a", `path:1:1: ":a" is no name: it has one colon at most, after a prefix`],
    ["a[@b=='c']", `path:1:6: unexpected "=" (a single = compares)`],
    ["//@a", "path:1:3: // selects elements, not attributes or text (write //*/@name)"],
    ["a/qemo:b", "path:1:3: namespace prefix qemo is not known (did you mean qemu?)"],
    ["%", `path:1:1: an element's name is expected, not "%"`],
    ["*:", "path:1:3: a name is expected after *:"],
    ["x".repeat(1001), "path:1:1001: the path is longer than 1000 characters"],
    [`a${"[b".repeat(20)}`, "path:1:18: brackets nested more than 8 deep"],
  ] as const
) {
  Deno.test(`the path ${path.slice(0, 40)} is refused at its character`, () => {
    assert.equal(formatIssue(compilePath(path).issue!), message);
  });
}

Deno.test("compilePath() knows no prefix that comes from JavaScript's objects", () => {
  assert.ok(compilePath("constructor:a").issue);
  assert.ok(compilePath("a/__proto__:b").issue);
});

Deno.test("compilePathTest() reads a comparison without brackets, as manifests write it", () => {
  const test = (text: string) => {
    const compiled = compilePathTest(text);
    assert.equal(compiled.issue, undefined, compiled.issue && formatIssue(compiled.issue));
    return passes(root(VM), compiled.test!).passed;
  };
  assert.equal(test("devices/interface/source/@bridge=br*"), true);
  assert.equal(test("devices/interface/source/@bridge = 'br0'"), true);
  assert.equal(test("devices/interface/source/@bridge=ovs*"), false);
  assert.equal(test("devices/interface/source/@bridge!=br0"), false);
  assert.equal(test("devices/disk[not(source)]"), true);
  assert.equal(test("title=Games & work"), true);
  assert.equal(test("title=Games & *"), true);
  assert.equal(test("title='= x'"), false);
});

for (
  const [path, message] of [
    ["a='b' c", `path:1:7: unexpected "c"`],
    [
      "a='b' and c='d'",
      `path:1:7: unexpected "a" (write another pair of brackets: disk[@type='file'][@device='disk'])`,
    ],
    ["name == x", `path:1:7: unexpected "=" (a single = compares)`],
    ["name =~ x", `path:1:7: unexpected "~" (= or != compares; a value that begins so must be in quotes)`],
    ["name <= x", "path:1:6: = or != is expected (values are compared with = and != only)"],
    ["name = x and type = y", /^path:1:10: unexpected "a" \(a path has one comparison/],
    ["name=x or @id!=2", /^path:1:8: unexpected "o" \(a path has one comparison/],
  ] as const
) {
  Deno.test(`the comparison ${path} is refused at its character`, () => {
    const said = formatIssue(compilePathTest(path).issue!);
    if (typeof message === "string") assert.equal(said, message);
    else assert.match(said, message);
  });
}

Deno.test("findFirst() gives the first in document order", () => {
  assert.deepEqual(findFirst(root(VM), compilePath("devices/disk/target/@dev").path!).found, ["vda"]);
});

Deno.test("findElements() gives the elements whose attribute or text a path names, there or not", () => {
  const { elements } = findElements(root(VM), compilePath("devices/disk[1]/target/@nothing").path!);
  assert.deepEqual(elements?.map((e) => e.name), ["target"]);
});

Deno.test("elements found by overlapping // steps come once and in document order", () => {
  const xml = "<r><a i='1'><a i='2'><b i='3'/></a><b i='4'/></a><b i='5'/><a i='6'><b i='7'/></a></r>";
  assert.deepEqual(find(xml, "//a//b/@i"), ["3", "4", "7"]);
  assert.deepEqual(find(xml, "//a/b/@i"), ["3", "4", "7"]);
  assert.deepEqual(find(xml, "//*/b[1]/@i"), ["3", "4", "7"]);
  assert.deepEqual(find(xml, "//a//*/@i"), ["2", "3", "4", "7"]);
});

Deno.test("a path that would take too long on a document is given up", () => {
  const deep = "<a>".repeat(200) + "<b/>".repeat(2_000) + "</a>".repeat(200);
  const { found, issue } = findAll(root(deep), compilePath("//a[.//b[not(c)]]").path!, 100_000);
  assert.equal(found, undefined);
  assert.match(issue!.message, /is too expensive for this document/);
  const stars = `<r><a b='${"x".repeat(1_000_000)}'/></r>`;
  assert.ok(findAll(root(stars), compilePath("a[@b='*x*x*x*x*x*x*x*x*y']").path!, 1_000_000).issue);
});

Deno.test("text() is the text directly in an element, without comments, with CDATA and references", () => {
  const xml = "<r>a<!-- b -->&amp;<c>d</c><![CDATA[<e>]]>\r\n</r>";
  assert.deepEqual(find(xml, "text()"), ["a&<e>\n"]);
  assert.equal(root(xml).textContent, "a&d<e>\n");
});

Deno.test("XPath of libxml2 finds the same in 2,000 generated documents", async () => {
  const random = new Random(4);
  const generator = new Generator(random);
  const namespaces = {
    qemu: "http://libvirt.org/schemas/domain/qemu/1.0",
    one: "urn:example:one",
    two: "http://example.test/two",
  };
  const names = ["domain", "devices", "disk", "source", "name", "a", "qemu:a", "one:disk", "two:*", "磁盘"];
  const tests = [
    "1",
    "2",
    "last()",
    "@type",
    "not(@type)",
    "@a='x'",
    "@type!='x'",
    "a",
    "*/@dev",
    "not(*)",
    "two:name",
  ];
  const step = () =>
    (random.chance(0.7) ? "*" : random.pick(names)) +
    Array.from({ length: random.chance(0.3) ? 1 + random.below(2) : 0 }, () => `[${random.pick(tests)}]`)
      .join("");
  const path = () =>
    random.pick(["", ".//", ".//", "/*/"]) +
    Array.from({ length: 1 + random.below(3) }, step).join(random.pick(["/", "//", "//"])) +
    random.pick(["", "", "", "/@type", "/@qemu:a", "/@one:dev"]);
  const questions = Array.from(
    { length: 2_000 },
    () => ({ do: "find", xml: generator.document(), path: path(), namespaces }),
  );
  await using peer = await LxmlPeer.start();
  const answers = await peer.ask<{ found: (string | number)[] }>(questions);
  let some = 0;
  questions.forEach(({ xml, path }, i) => {
    // Ours starts at the element, XPath at the document.
    const { found } = findAll(root(xml), compilePath(path.replace(/^\.\/\//, "//"), { namespaces }).path!);
    if (found!.length > 0) some++;
    assert.deepEqual(
      found!.map((f) => f instanceof XmlElement ? f.index : f),
      answers[i]!.found,
      `${path}\n${xml}`,
    );
  });
  assert.ok(some > 300, `only ${some} paths found anything`);
});

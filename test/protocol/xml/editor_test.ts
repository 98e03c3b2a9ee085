// Long because every kind of edit is shown with the lines it changes.
import assert from "node:assert/strict";
import { formatIssue } from "../../../src/base/issue.ts";
import { type EditResult, XmlEditor } from "../../../src/protocol/xml/editor.ts";
import { parseDocument } from "../../../src/protocol/xml/parse_document.ts";

const VM = `<domain type='kvm' xmlns:app="urn:app">
  <name>a</name>
  <devices>
    <!-- first -->
    <disk type='file' device="disk">
      <source file='/a'/>
      <target dev='vda'/>
    </disk>
    <disk type='block' />
    <input/><input type='x'/>
  </devices>
  <metadata/>
  <on_crash></on_crash>
</domain>
`;

function editor(xml: string): XmlEditor {
  const { document, issue } = parseDocument(xml, { source: "stdin" });
  assert.equal(issue, undefined);
  return new XmlEditor(document!);
}

/** The document after one edit that has to work. */
function edited(xml: string, edit: (e: XmlEditor) => EditResult): string {
  const e = editor(xml);
  const { issue } = edit(e);
  assert.equal(issue, undefined, issue && formatIssue(issue));
  return e.document.text;
}

/** The lines that differ, as `-` and `+` lines. */
function changed(before: string, after: string): string[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  while (a.length > 0 && b.length > 0 && a[0] === b[0]) a.shift(), b.shift();
  while (a.length > 0 && b.length > 0 && a.at(-1) === b.at(-1)) a.pop(), b.pop();
  return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
}

function edits(name: string, edit: (e: XmlEditor) => EditResult, expected: string[]): void {
  Deno.test(name, () => assert.deepEqual(changed(VM, edited(VM, edit)), expected));
}

edits("set() changes an attribute and keeps its quotes", (e) => e.set("devices/disk[1]/@device", `a"b'c`), [
  `-    <disk type='file' device="disk">`,
  `+    <disk type='file' device="a&quot;b'c">`,
]);
edits(
  "set() adds a missing attribute after the others, in their quotes",
  (e) => e.set("devices/disk[1]/@snapshot", "no"),
  [
    `-    <disk type='file' device="disk">`,
    `+    <disk type='file' device="disk" snapshot="no">`,
  ],
);
edits("set() adds the first attribute in libvirt's quotes", (e) => e.set("name/@x", "'"), [
  "-  <name>a</name>",
  "+  <name x='&apos;'>a</name>",
]);
edits("set() adds an attribute to a tag with space before its end", (e) => e.set("devices/disk[2]/@a", "1"), [
  "-    <disk type='block' />",
  "+    <disk type='block' a='1' />",
]);
edits(
  "set() escapes what an attribute cannot hold",
  (e) => e.set("devices/disk/source/@file", "<&>\t\n\r'\""),
  [
    "-      <source file='/a'/>",
    `+      <source file='&lt;&amp;&gt;&#9;&#10;&#13;&apos;"'/>`,
  ],
);
edits("set() changes an element's text", (e) => e.set("name", "<b> & ]]>\r"), [
  "-  <name>a</name>",
  "+  <name>&lt;b&gt; &amp; ]]&gt;&#13;</name>",
]);
edits("set() takes text() for an element's text", (e) => e.set("name/text()", "b"), [
  "-  <name>a</name>",
  "+  <name>b</name>",
]);
edits("set() opens an empty tag for its text", (e) => e.set("devices/disk[2]", "x"), [
  "-    <disk type='block' />",
  "+    <disk type='block'>x</disk>",
]);
edits(
  "set() declares a namespace",
  (e) => e.set("@xmlns:qemu", "http://libvirt.org/schemas/domain/qemu/1.0"),
  [
    `-<domain type='kvm' xmlns:app="urn:app">`,
    `+<domain type='kvm' xmlns:app="urn:app" xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">`,
  ],
);
edits(
  "setAttribute() sets on every element the path leads to",
  (e) => e.setAttribute("devices/input", "bus", "usb"),
  [
    "-    <input/><input type='x'/>",
    "+    <input bus='usb'/><input type='x' bus='usb'/>",
  ],
);
edits("setAttribute() takes a prefix that is declared", (e) => e.setAttribute("metadata", "app:x", "1"), [
  "-  <metadata/>",
  "+  <metadata app:x='1'/>",
]);
edits("remove() removes an attribute with the space before it", (e) => e.remove("devices/disk[1]/@type"), [
  `-    <disk type='file' device="disk">`,
  `+    <disk device="disk">`,
]);
edits("remove() removes an element with its line", (e) => e.remove("devices/disk[1]"), [
  `-    <disk type='file' device="disk">`,
  "-      <source file='/a'/>",
  "-      <target dev='vda'/>",
  "-    </disk>",
]);
edits("remove() leaves the line of an element that shares it", (e) => e.remove("devices/input[1]"), [
  "-    <input/><input type='x'/>",
  "+    <input type='x'/>",
]);
edits("remove() removes several elements at once", (e) => e.remove("devices/*"), [
  `-    <disk type='file' device="disk">`,
  "-      <source file='/a'/>",
  "-      <target dev='vda'/>",
  "-    </disk>",
  "-    <disk type='block' />",
  "-    <input/><input type='x'/>",
  "+    ",
]);
edits("remove() removes an element's text", (e) => e.remove("name/text()"), [
  "-  <name>a</name>",
  "+  <name></name>",
]);
edits("append() indents like the neighbours", (e) => e.append("devices/disk[1]", "<serial>1</serial>"), [
  "+      <serial>1</serial>",
]);
edits(
  "append() spreads a fragment over lines",
  (e) => e.append("devices", "<disk type='file'><source file='/b'/><!-- c --><x>\n  t </x></disk>\n  <hub/>"),
  [
    "+    <disk type='file'>",
    "+      <source file='/b'/>",
    "+      <!-- c -->",
    "+      <x>",
    "+  t </x>",
    "+    </disk>",
    "+    <hub/>",
  ],
);
edits("append() opens an empty tag", (e) => e.append("metadata", "<app:owner>me</app:owner>"), [
  "-  <metadata/>",
  "+  <metadata>",
  "+    <app:owner>me</app:owner>",
  "+  </metadata>",
]);
edits("append() fills an element without content", (e) => e.append("on_crash", "<x/>"), [
  "-  <on_crash></on_crash>",
  "+  <on_crash>",
  "+    <x/>",
  "+  </on_crash>",
]);
edits("append() adds no white space where text stands", (e) => e.append("name", "<b/>"), [
  "-  <name>a</name>",
  "+  <name>a<b/></name>",
]);
edits(
  "insertBefore() puts a line before an element",
  (e) => e.insertBefore("devices/disk[1]/target", "<a/>"),
  [
    "+      <a/>",
  ],
);
edits("insertAfter() puts a line after an element", (e) => e.insertAfter("name", "<title>t</title>"), [
  "+  <title>t</title>",
]);
edits(
  "insertAfter() stays on the line of elements that share one",
  (e) => e.insertAfter("devices/input[2]", "<a/>"),
  [
    "-    <input/><input type='x'/>",
    "+    <input/><input type='x'/><a/>",
  ],
);
edits(
  "replace() puts a fragment in an element's place",
  (e) => e.replace("devices/disk[1]", "<disk><a/></disk><b/>"),
  [
    `-    <disk type='file' device="disk">`,
    "-      <source file='/a'/>",
    "-      <target dev='vda'/>",
    "-    </disk>",
    "+    <disk>",
    "+      <a/>",
    "+    </disk>",
    "+    <b/>",
  ],
);

Deno.test("edits that lead nowhere change nothing and say so", () => {
  const e = editor(VM);
  assert.deepEqual(e.set("devices/nothing/@a", "1"), { count: 0 });
  assert.deepEqual(e.append("devices/nothing", "<not even xml"), { count: 0 });
  assert.equal(e.changed, false);
  assert.equal(e.document.text, VM);
});

Deno.test("edits count the elements they were made on", () => {
  const e = editor(VM);
  assert.deepEqual(e.set("devices/disk/@x", "1"), { count: 2 });
  assert.deepEqual(e.removeAttribute("devices/*", "x"), { count: 4 });
  assert.equal(e.changed, false);
});

Deno.test("later edits see what earlier ones did", () => {
  const e = editor(VM);
  e.append("devices", "<disk type='new'/>");
  e.set("devices/disk[@type='new']/@device", "cdrom");
  e.append("devices/disk[@device='cdrom']", "<target dev='sda'/>");
  assert.deepEqual(changed(VM, e.document.text), [
    "+    <disk type='new' device='cdrom'>",
    "+      <target dev='sda'/>",
    "+    </disk>",
  ]);
  assert.equal(e.original.text, VM);
});

Deno.test("edits of elements inside each other are made on the outermost", () => {
  const xml = "<r><a><a><b/></a></a><a/></r>";
  assert.equal(edited(xml, (e) => e.remove("//a")), "<r></r>");
  assert.equal(edited(xml, (e) => e.replace("//a", "<c/>")), "<r><c/><c/></r>");
  assert.equal(edited(xml, (e) => e.append("//a", "<c/>")), "<r><a><a><b/><c/></a><c/></a><a><c/></a></r>");
});

Deno.test("new lines end as the document's lines do", () => {
  const xml = "<a>\r\n\t<b/>\r\n</a>";
  assert.equal(
    edited(xml, (e) => e.append(".", "<c><d/></c>")),
    "<a>\r\n\t<b/>\r\n\t<c>\r\n\t\t<d/>\r\n\t</c>\r\n</a>",
  );
});

Deno.test("a document in one line stays in one line", () => {
  assert.equal(
    edited("<a><b/></a>", (e) => e.append(".", "<c>\n  <d/>\n</c>\n")),
    "<a><b/><c>\n  <d/>\n</c></a>",
  );
  assert.equal(edited("<a/>", (e) => e.append(".", "<c/>")), "<a><c/></a>");
});

Deno.test("white space that xml:space keeps is kept", () => {
  const xml = "<a>\n  <b xml:space='preserve'>\n    <c/>\n  </b>\n</a>";
  assert.equal(edited(xml, (e) => e.append("b", "<d/>")), xml.replace("\n  </b>", "\n  <d/></b>"));
  assert.equal(edited(xml, (e) => e.remove("b/c")), xml.replace("<c/>", ""));
});

Deno.test("a byte order mark stays", () => {
  assert.equal(edited("\ufeff<a>\n</a>", (e) => e.append(".", "<b/>")), "\ufeff<a>\n  <b/>\n</a>");
});

Deno.test("removing an element never joins the text around it into something else", () => {
  assert.equal(edited("<a>]]<b/>></a>", (e) => e.remove("b")), "<a>]]<![CDATA[]]>></a>");
  assert.equal(edited("<a>x\r<b/>\n</a>", (e) => e.remove("b")), "<a>x\r<![CDATA[]]>\n</a>");
});

for (
  const [what, edit, message] of [
    [
      "a bad path",
      (e: XmlEditor) => e.set("devices/", "x"),
      "path:1:9: an element's name is expected, not the end",
    ],
    [
      "text for elements",
      (e: XmlEditor) => e.set("devices", "x"),
      "stdin:3:3: <devices> has elements inside (replace it, or name the element whose text to set)",
    ],
    [
      "a control character",
      (e: XmlEditor) => e.set("name", "a\u0000"),
      "value: character U+0000 at 2 is not allowed in XML",
    ],
    [
      "half a surrogate pair",
      (e: XmlEditor) => e.set("name/@a", "\udc00"),
      "value: character U+DC00 at 1 is not allowed in XML",
    ],
    [
      "a bad attribute name",
      (e: XmlEditor) => e.setAttribute("name", "a b='", "x"),
      `attribute name: "a b='" is not an attribute's name`,
    ],
    [
      "all attributes at once",
      (e: XmlEditor) => e.set("name/@*", "x"),
      `attribute name: "*" is not an attribute's name`,
    ],
    [
      "an undeclared prefix",
      (e: XmlEditor) => e.setAttribute("name", "q:a", "x"),
      "edit: namespace prefix q is not declared (declare it with xmlns first)",
    ],
    [
      "a fragment that breaks out",
      (e: XmlEditor) => e.append("devices", "</fragment><fragment>"),
      "fragment:1:12: its tags do not match each other",
    ],
    [
      "a fragment that ends its parent",
      (e: XmlEditor) => e.append("devices", "<a/></devices>"),
      "fragment:1:5: its tags do not match each other",
    ],
    [
      "a fragment with an open comment",
      (e: XmlEditor) => e.append("devices", "<a/><!-- "),
      "fragment:1:5: the comment is not closed (it ends with -->)",
    ],
    [
      "a fragment with an undeclared prefix",
      (e: XmlEditor) => e.append("metadata", "<x/>\n<q:y/>"),
      "fragment:2:2: namespace prefix q is not declared (add xmlns:q='...')",
    ],
    [
      "a fragment of text",
      (e: XmlEditor) => e.append("devices", "x"),
      "fragment:1:1: text outside the elements (put it into an element)",
    ],
    [
      "an empty fragment",
      (e: XmlEditor) => e.append("devices", " <!-- x --> "),
      "fragment:1:1: it contains no element",
    ],
    [
      "a fragment with a document type",
      (e: XmlEditor) => e.append("devices", "<!DOCTYPE a><a/>"),
      "fragment:1:1: a document type (DOCTYPE) is not allowed (libvirt's XML has none)",
    ],
    [
      "an attribute as a place for elements",
      (e: XmlEditor) => e.append("name/@a", "<b/>"),
      "path: the path must select elements, not attributes or text",
    ],
    [
      "removing the root",
      (e: XmlEditor) => e.remove("."),
      "stdin:1:1: the root element can be neither removed nor given neighbours",
    ],
    [
      "a neighbour of the root",
      (e: XmlEditor) => e.insertAfter("/domain", "<a/>"),
      "stdin:1:1: the root element can be neither removed nor given neighbours",
    ],
    [
      "another root",
      (e: XmlEditor) => e.replace(".", "<network/>"),
      "stdin:1:1: the root can be replaced only by one <domain>",
    ],
    [
      "two roots of the same name",
      (e: XmlEditor) => e.replace(".", "<domain/><domain/>"),
      "stdin:1:1: the root can be replaced only by one <domain>",
    ],
  ] as const
) {
  Deno.test(`an edit with ${what} is refused and changes nothing`, () => {
    const e = editor(VM);
    const { issue, count } = edit(e);
    assert.equal(count, undefined);
    assert.equal(formatIssue(issue!).replace("stdin after the edit", "stdin"), message);
    assert.equal(e.document.text, VM);
  });
}

Deno.test("the root gives way to one of the same name", () => {
  assert.equal(
    edited(VM, (e) => e.replace(".", "<domain><name>b</name></domain>")),
    "<domain>\n  <name>b</name>\n</domain>\n",
  );
});

Deno.test("an edit that takes away a namespace declaration in use is refused", () => {
  const e = editor("<a xmlns:p='u'><p:b/></a>");
  assert.match(e.remove("@xmlns:p").issue!.message, /^namespace prefix p is not declared/);
  assert.equal(e.remove("*").count, 1);
  assert.equal(e.remove("@xmlns:p").count, 1);
  assert.equal(e.document.text, "<a></a>");
});

Deno.test("an edit that nests too deep or grows too large is refused", () => {
  const e = editor("<a/>");
  assert.match(e.append(".", "<b>".repeat(256) + "</b>".repeat(256)).issue!.message, /nested more than 256/);
  assert.match(e.set(".", "&".repeat(4_000_000)).issue!.message, /larger than/);
  assert.equal(e.changed, false);
});

Deno.test("thousands of elements are removed at once in bounded time", () => {
  const xml = `<a>\n${"  <b/>\n".repeat(50_000)}</a>`;
  const start = performance.now();
  assert.equal(edited(xml, (e) => e.remove("b")), "<a>\n</a>");
  assert.ok(performance.now() - start < 60_000);
});

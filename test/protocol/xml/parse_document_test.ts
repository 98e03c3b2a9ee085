import assert from "node:assert/strict";
import { parseDocument } from "../../../src/protocol/xml/parse_document.ts";
import { MALFORMED } from "./malformed.ts";

function refuse(input: string | Uint8Array): { line: number; column: number; message: string } {
  const { issue } = parseDocument(input, { source: "stdin" });
  assert.ok(issue, "accepted");
  assert.equal(issue.file, "stdin");
  return issue;
}

function accept(input: string | Uint8Array) {
  const { document, issue } = parseDocument(input, { source: "stdin" });
  assert.equal(issue, undefined);
  return document!;
}

for (const { name, input, line, column, says } of MALFORMED) {
  Deno.test(`parseDocument() refuses ${name} at its line and column`, () => {
    const issue = refuse(input);
    assert.ok(issue.message.includes(says), `${issue.message} does not say: ${says}`);
    assert.deepEqual([issue.line, issue.column], [line, column], issue.message);
    // The same from bytes.
    if (typeof input === "string" && input.isWellFormed()) {
      assert.deepEqual(refuse(new TextEncoder().encode(input)), issue);
    }
  });
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Runs it, and fails when it takes unreasonably long or holds on to unreasonably much. */
function bounded(run: () => void): void {
  const start = performance.now();
  const before = Deno.memoryUsage().rss;
  run();
  assert.ok(performance.now() - start < 60_000, `took ${performance.now() - start} ms`);
  const grown = (Deno.memoryUsage().rss - before) / 1e6;
  assert.ok(grown < 400, `the process grew by ${grown} MB`);
}

const HUGE: { name: string; make: () => string | Uint8Array; line: number; column: number; says: string }[] =
  [
    {
      name: "200,000 levels",
      make: () => "<a>".repeat(200_000),
      line: 1,
      column: 769,
      says: "nested more than 256",
    },
    {
      name: "257 levels",
      make: () => "<a>\n".repeat(257) + "</a>".repeat(257),
      line: 257,
      column: 1,
      says: "nested more than 256",
    },
    {
      name: "300,000 attributes, the last twice",
      make: () => `<a\n${Array.from({ length: 300_000 }, (_, i) => `b${i}=''\n`).join("")}b7=''/>`,
      line: 300_002,
      column: 1,
      says: "attribute b7 occurs twice",
    },
    {
      name: "an attribute of 50 MB",
      make: () => encode(`<a b='${"x".repeat(50_000_000)}'/>`),
      line: 1,
      column: 16777217,
      says: "larger than 16777216 bytes",
    },
    {
      name: "16 MB in one line with a mistake at the end",
      make: () => `<r>${"<a/>".repeat(4_000_000)}</x>`,
      line: 1,
      column: 16_000_004,
      says: "</x> where </r>",
    },
    {
      name: "16 MB of text with a control character at the end",
      make: () => encode(`<r>${"x".repeat(16_000_000)}\u0001</r>`),
      line: 1,
      column: 16_000_004,
      says: "U+0001",
    },
    {
      name: "16 MB with a wrong byte at the end",
      make: () => {
        const bytes = encode(`<r>\n${"x".repeat(16_000_000)}</r>`);
        bytes[bytes.length - 5] = 0xff;
        return bytes;
      },
      line: 2,
      column: 16_000_000,
      says: "byte 0xff",
    },
    {
      name: "16 MB of open attributes",
      make: () => `<r><a b='${"x".repeat(16_000_000)}`,
      line: 1,
      column: 9,
      says: "is not closed",
    },
    {
      name: "16 MB of references without end",
      make: () => `<r>&#${"0".repeat(16_000_000)}</r>`,
      line: 1,
      column: 4,
      says: "malformed character reference",
    },
    {
      name: "a name of 16 MB",
      make: () => `<${"a".repeat(16_000_000)}`,
      line: 1,
      column: 1,
      says: "is not closed",
    },
    {
      name: "an entity's name of 16 MB",
      make: () => `<a>&${"a".repeat(16_000_000)};</a>`,
      line: 1,
      column: 4,
      says: "is not defined",
    },
  ];

for (const { name, make, line, column, says } of HUGE) {
  Deno.test(`parseDocument() refuses ${name} in bounded time and memory`, () => {
    const input = make();
    bounded(() => {
      const issue = refuse(input);
      assert.ok(issue.message.includes(says), issue.message);
      assert.deepEqual([issue.line, issue.column], [line, column]);
      assert.ok(issue.message.length < 300, "the message is flooded");
    });
  });
}

const LARGE: { name: string; make: () => string }[] = [
  { name: "256 levels", make: () => "<a>".repeat(256) + "</a>".repeat(256) },
  { name: "16 MB of CRLF line ends", make: () => `<r>${"\r\n".repeat(8_000_000)}</r>` },
  { name: "4 million elements", make: () => `<r>${"<a/>".repeat(4_000_000)}</r>` },
  {
    name: "references by the million",
    make: () => `<r a='${"&amp;".repeat(1_500_000)}'>${"&#60;".repeat(1_500_000)}</r>`,
  },
  {
    name: "CDATA and comments by the million",
    make: () => `<r>${"<![CDATA[]]><!---->".repeat(800_000)}</r>`,
  },
  {
    name: "namespaces declared and used by the hundred thousand",
    make: () => `<r>${"<p:a xmlns:p='u' p:b=''><p:c/></p:a>".repeat(400_000)}</r>`,
  },
  {
    name: "half a million attributes",
    make: () => `<a ${Array.from({ length: 500_000 }, (_, i) => `b${i}='1'`).join(" ")}/>`,
  },
  {
    name: "a hundred thousand namespace declarations, all used",
    make: () => `<a ${Array.from({ length: 100_000 }, (_, i) => `xmlns:b${i}='u' b${i}:c=''`).join(" ")}/>`,
  },
  {
    name: "undeclared prefixes by the million",
    make: () => `<r>${"<p:a q:b=''/>".repeat(1_200_000)}</r>`,
  },
];

for (const { name, make } of LARGE) {
  Deno.test(`parseDocument() reads ${name} in bounded time and memory`, () => {
    const input = encode(make());
    bounded(() => {
      const document = accept(input);
      assert.ok(document.root.textContent.length >= 0);
      assert.ok(document.warnings.length <= 20);
    });
  });
}

Deno.test("parseDocument() keeps a byte order mark and does not count it as a column", () => {
  const document = accept(encode("\ufeff<a>x</a>"));
  assert.equal(document.text, "\ufeff<a>x</a>");
  assert.equal(document.root.textContent, "x");
});

Deno.test("parseDocument() accepts UTF-8 declared in any way", () => {
  for (const name of ["UTF-8", "utf-8", "utf8"]) {
    accept(`<?xml version="1.0" encoding="${name}" standalone='yes' ?><a/>`);
  }
  accept("<?xml version='1.1'?><a/>");
});

Deno.test("parseDocument() accepts a declaration of any length, as libxml2 does", () => {
  accept(`<?xml version="1.0"${" ".repeat(2_000)}encoding="UTF-8"${"\n".repeat(100_000)}?><a/>`);
  const { line, message } = refuse(`<?xml version="1.0"${"\n".repeat(2_000)}encoding="latin1"?><a/>`);
  assert.deepEqual([line, message], [2001, "encoding latin1 is not supported"]);
});

Deno.test("parseDocument() names the encoding that a document declares, not the first byte that differs", () => {
  const document = encode(`<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>?</a>`);
  document[document.indexOf(63, 20 + 24)] = 0xe9;
  const { line, column, message } = refuse(document);
  assert.deepEqual([line, column, message], [1, 21, "encoding ISO-8859-1 is not supported"]);
});

Deno.test("parseDocument() accepts a prefix that nothing declares, as libvirt does, with a warning", () => {
  const { warnings } = accept("<a>\n  <p:b q:c='1'/>\n  <r:d xmlns:r='u' xml:lang='en'/></a>");
  assert.deepEqual(
    warnings.map(({ severity, line, column, message }) => [severity, line, column, message]),
    [
      ["warning", 2, 4, "namespace prefix p is not declared"],
      ["warning", 2, 8, "namespace prefix q is not declared"],
    ],
  );
});

Deno.test("parseDocument() forgets a prefix where the element that declares it ends", () => {
  const { structure } = accept("<a><b xmlns:p='u'><p:c/></b><p:c/></a>");
  assert.equal(structure.undeclaredCount, 1);
});

Deno.test("parseDocument() takes another limit than 16 MiB", () => {
  const { issue } = parseDocument("<a>\n</a>", { source: "x", maxBytes: 5 });
  assert.deepEqual([issue?.line, issue?.column], [2, 2]);
});

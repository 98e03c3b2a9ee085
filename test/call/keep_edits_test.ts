import assert from "node:assert/strict";
import { event, hookData } from "./support.ts";
import { keepEdits } from "../../src/call/keep_edits.ts";
import { XmlEditor } from "../../src/protocol/xml/editor.ts";

const XML = "<domain>\n  <name>v1</name>\n  <uuid>11111111-2222-3333-4444-555555555555</uuid>\n" +
  "  <title>one</title>\n  <devices><graphics type='vnc' passwd='old'/></devices>\n</domain>\n";

function edited(edit: (editor: XmlEditor) => void) {
  const { data } = hookData(event("qemu", "v1", "migrate", "begin", "-"), XML);
  const editor = new XmlEditor(data.current);
  edit(editor);
  return { kept: keepEdits(editor, data), data };
}

Deno.test("keepEdits() makes a handler's edits the call's, and shows what changed", () => {
  const { kept, data } = edited((editor) => editor.set("title", "two"));
  assert.ok("changed" in kept);
  assert.match(kept.changed, /^- {2}<title>one<\/title>\n\+ {2}<title>two<\/title>$/m);
  assert.equal(data.changedText, XML.replace("one", "two"));
});

Deno.test("keepEdits() keeps secrets out of what it shows", () => {
  const secret = edited((editor) => editor.set("devices/graphics/@passwd", "hunter2"));
  assert.deepEqual(secret.kept, { changed: "only a secret was changed\n" });
  assert.match(secret.data.changedText ?? "", /hunter2/);
  const both = edited((editor) => {
    editor.set("devices/graphics/@passwd", "hunter2");
    editor.set("title", "two");
  });
  assert.ok(
    "changed" in both.kept && /two/.test(both.kept.changed) && !/hunter2|old/.test(both.kept.changed),
  );
});

Deno.test("keepEdits() refuses what libvirt could not take: no name, another guest", () => {
  for (
    const edit of [
      (editor: XmlEditor) => editor.remove("name"),
      (editor: XmlEditor) => editor.remove("uuid"),
    ]
  ) {
    const { kept, data } = edited(edit);
    assert.ok("error" in kept && /^it broke the XML: /.test(kept.error), JSON.stringify(kept));
    assert.equal(data.changedText, undefined, "nothing of it is the call's");
  }
});

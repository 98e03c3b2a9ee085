const TYPES = Deno.readTextFileSync(new URL("../../handlers/handler.d.ts", import.meta.url));

/** Every field that an interface of handler.d.ts declares, those of the types it uses too, as `disks.source.file`. */
export function declaredFields(name: string, prefix: string): string[] {
  const start = TYPES.search(new RegExp(`^export interface ${name} `, "m"));
  if (start < 0) throw new Error(`handler.d.ts has no interface ${name}`);
  return fieldsIn(bodyAt(TYPES, TYPES.indexOf("{", start)), prefix);
}

/** What stands between the brace at `open` and its counterpart. */
function bodyAt(text: string, open: number): string {
  for (let at = open, depth = 0;; at++) {
    if (at >= text.length) throw new Error("a brace is not closed");
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return text.slice(open + 1, at);
  }
}

function fieldsIn(body: string, prefix: string): string[] {
  const text = body.replace(/\/\*\*[^]*?\*\//g, "");
  const fields: string[] = [];
  // A field's name, and its type up to the semicolon that is not in braces.
  for (let at = 0; at < text.length;) {
    const found = /\s*(\w+)\??:\s*|\s*\[\w+: string\]: unknown;/y;
    found.lastIndex = at;
    const match = found.exec(text);
    if (match === null) break;
    at = found.lastIndex;
    if (match[1] === undefined) continue;
    let end = at;
    for (let depth = 0; end < text.length && (depth > 0 || text[end] !== ";"); end++) {
      if (text[end] === "{") depth++;
      if (text[end] === "}") depth--;
    }
    const type = text.slice(at, end);
    at = end + 1;
    const path = `${prefix}.${match[1]}`;
    fields.push(path);
    const inline = type.indexOf("{");
    const named = /^([A-Z]\w+)(\[\])?$/.exec(type.trim())?.[1];
    if (inline >= 0) fields.push(...fieldsIn(bodyAt(type, inline), path));
    else if (named !== undefined && named !== "Record") fields.push(...declaredFields(named, path));
  }
  return fields;
}

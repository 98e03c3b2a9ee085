import assert from "node:assert/strict";

/**
 * The words that docs/glossary.md keeps out of messages, help, pages and
 * comments, each with what to write: its last table is the only list.
 */
const ROOT = new URL("../", import.meta.url).pathname;
const GLOSSARY = "docs/glossary.md";

interface Phrase {
  not: string;
  but: string;
  pattern: RegExp;
}

function phrases(): Phrase[] {
  const page = Deno.readTextFileSync(`${ROOT}${GLOSSARY}`);
  const [, table = ""] = page.split("| not | but |\n| --- | --- |\n");
  return table.split("\n").filter((line) => line.startsWith("| ")).map((line) => {
    const [, not = "", but = ""] = line.split("|").map((cell) => cell.trim());
    return { not, but, pattern: new RegExp(`\\b${not.replaceAll(" ", "\\s+")}\\b`, "gi") };
  });
}

function filesBelow(folder: string, ends: readonly string[]): string[] {
  return [...Deno.readDirSync(`${ROOT}${folder}`)].flatMap(({ name, isDirectory }) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) return filesBelow(path, ends);
    return ends.some((end) => name.endsWith(end)) ? [path] : [];
  });
}

/** Code without what is neither a comment nor words in quotes: names in code may be as they are. */
function prose(path: string, text: string): string {
  if (path.endsWith(".md")) return text;
  return text.replace(/^\s*\*+ ?/gm, (mark) => " ".repeat(mark.length)).replace(/^\s*\/\/ /gm, "   ")
    .replace(/" \+\n\s*"/g, (joint) => joint.replace(/[" +]/g, " "));
}

function found(path: string, text: string): string[] {
  const words = prose(path, text);
  return phrases().flatMap(({ not, but, pattern }) =>
    [...words.matchAll(pattern)].filter(({ index }) => !isGood(words, index, not, but)).map(({ index }) => {
      const line = words.slice(0, index).split("\n").length;
      return `${path}:${line}: "${not}": write ${but}`;
    })
  );
}

/** Whether it is part of what the table says to write: "anyone who can write". */
function isGood(words: string, index: number, not: string, but: string): boolean {
  return but.split(", ").some((good) =>
    good.includes(not) && words.slice(index - good.indexOf(not)).toLowerCase().startsWith(good)
  );
}

Deno.test("messages, help, pages and comments keep to the words of docs/glossary.md", () => {
  const pages = [...Deno.readDirSync(ROOT)].map(({ name }) => name).filter((name) => name.endsWith(".md"));
  const files = [
    ...pages,
    ...filesBelow("docs", [".md"]).filter((path) => path !== GLOSSARY),
    ...["src", "build", "handlers"].flatMap((folder) => filesBelow(folder, [".ts", ".js"])),
  ];
  assert.ok(files.length > 100, `${files.length} files`);
  assert.ok(phrases().length > 20, "the glossary has its table");
  const all = files.flatMap((path) => found(path, Deno.readTextFileSync(`${ROOT}${path}`)));
  assert.deepEqual(all, []);
});

Deno.test("each of those words is seen in a page, a comment over two lines, and a message in two parts", () => {
  for (const { not } of phrases()) {
    const [first = "", ...rest] = not.split(" ");
    const end = rest.join(" ");
    assert.ok(found("docs/x.md", `It says ${not}.\n`).length > 0, not);
    if (end === "") continue;
    assert.ok(
      found("src/x.ts", `/**\n * It says ${first}\n * ${end} here.\n */\n`).length > 0,
      `comment: ${not}`,
    );
    assert.ok(
      found("src/x.ts", `const a = "it says ${first} " +\n  "${end}";\n`).length > 0,
      `message: ${not}`,
    );
  }
});

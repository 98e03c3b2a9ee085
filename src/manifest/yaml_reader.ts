// One YAML reader for manifests and config.yaml: the kinds of values and the messages that both share.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import type { Issue } from "../base/issue.ts";
import type { Json } from "../base/json.ts";
import { suggest } from "../base/suggest.ts";
import { parseDuration } from "./duration.ts";
import type { Located } from "./manifest.ts";

/** A node of the document, opaque to users of `YamlReader`. `undefined` is an empty value. */
export type YamlNode = Node | undefined;

/** An entry of a map. */
export interface Entry {
  key: Located<string>;
  keyNode: YamlNode;
  node: YamlNode;
}

/** A list of texts as it was read. */
export interface Texts {
  /** Each not empty, with the node it was read from. */
  items: (Located<string> & { node: YamlNode })[];
  /** How many entries the list has, including those that are not texts. */
  written: number;
}

/** How many errors of YAML's grammar are reported: the first ones explain the rest. */
const MOST_SYNTAX_ERRORS = 5;
/** Intended nesting is only a few levels deep. */
const DEEPEST = 32;

/**
 * Reads one YAML document by requesting the expected values, and collects an
 * issue for everything else. It always refuses aliases, anchors, tags and
 * directives, so that a document is what it looks like and never grows, and a
 * second document.
 */
export class YamlReader {
  readonly issues: Issue[] = [];
  /** The top of the document; undefined when it is empty or broken. */
  readonly root: YamlNode;
  readonly #file: string;
  readonly #text: string;
  readonly #before: { lines: number; columns: number };
  readonly #lines = new LineCounter();

  /** @param before How many lines of the file come before the text, and how many columns before each line of it. */
  constructor(file: string, text: string, before = { lines: 0, columns: 0 }) {
    this.#file = file;
    this.#text = text;
    this.#before = before;
    const document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      lineCounter: this.#lines,
      prettyErrors: false,
      // The reader finds them itself, and says which key it is.
      uniqueKeys: false,
    });
    const deep = document.errors.find(({ message }) => message.includes("call stack"));
    for (const error of deep ? [deep] : document.errors.slice(0, MOST_SYNTAX_ERRORS)) {
      this.#issueAt(error.pos[0], ...explainSyntax(error.message));
    }
    if (document.directives?.yaml.explicit || /^%/m.test(text.slice(0, document.range[0]))) {
      this.#issueAt(0, "YAML directives are not allowed", "remove the lines that begin with %");
    }
    if (this.issues.length === 0) this.root = document.contents ?? undefined;
  }

  get failed(): boolean {
    return this.issues.some((issue) => issue.severity === "error");
  }

  /** Adds an issue at a place that was read. */
  error(at: Located<unknown>, message: string, hint?: string): void {
    this.#add("error", at.line, at.column, message, hint);
  }

  warn(at: Located<unknown>, message: string, hint?: string): void {
    this.#add("warning", at.line, at.column, message, hint);
  }

  /** Where a node begins. An empty value is at the place that `fallback` gives. */
  place(node: YamlNode, fallback?: Located<unknown>): Located<undefined> {
    if (!node?.range) return { value: undefined, line: fallback?.line ?? 1, column: fallback?.column ?? 1 };
    const { line, col } = this.#lines.linePos(node.range[0]);
    return { value: undefined, line: line + this.#before.lines, column: col + this.#before.columns };
  }

  /**
   * The place of the n-th character (1-based) of a text that was read. Exact
   * for texts that stand in the file as they are; for others, with escapes or
   * over several lines, the place where they begin.
   */
  placeIn(node: YamlNode, value: string, n: number): Located<undefined> {
    const place = this.place(node);
    if (!node?.range) return place;
    const quoted = /["']/.test(this.#text.charAt(node.range[0])) ? 1 : 0;
    const asIs = this.#text.startsWith(value, node.range[0] + quoted);
    return asIs && !value.includes("\n") ? { ...place, column: place.column + quoted + n - 1 } : place;
  }

  /** The entries of a map, each with a key that occurs once. Anything else is an issue and no entries. */
  entries(node: YamlNode, what: string, at?: Located<unknown>): Entry[] {
    if (!this.#plain(node)) return [];
    if (!isMap(node)) {
      this.error(this.place(node, at), `${what} must be a map, not ${kindOf(node)}`);
      return [];
    }
    return this.#uniqueEntries(node);
  }

  /** `entries`, limited to known keys; any other causes an issue that names the nearest. */
  knownEntries(node: YamlNode, what: string, known: readonly string[], at?: Located<unknown>): Entry[] {
    return this.entries(node, what, at).filter(({ key }) => {
      if (known.includes(key.value)) return true;
      const near = suggest(key.value, known);
      const hint = near ? `did you mean ${near}?` : `known keys: ${known.join(", ")}`;
      this.error(key, `unknown key ${shown(key.value)} in ${what}`, hint);
      return false;
    });
  }

  isMap(node: YamlNode): boolean {
    return isMap(node);
  }

  string(entry: Entry): Located<string> | undefined {
    return this.#string(entry.node, entry.key.value, entry.key);
  }

  boolean({ key, node }: Entry): boolean | undefined {
    if (!this.#plain(node)) return undefined;
    if (isScalar(node) && typeof node.value === "boolean") return node.value;
    const word = isScalar(node) ? String(node.value).toLowerCase() : "";
    const hint = /^(yes|on|true)$/.test(word)
      ? "write true"
      : /^(no|off|false)$/.test(word)
      ? "write false"
      : undefined;
    this.error(this.place(node, key), `${key.value} must be true or false, not ${kindOf(node)}`, hint);
    return undefined;
  }

  /** A whole number of at least `least`. */
  count({ key, node }: Entry, least: number, most: number): number | undefined {
    if (!this.#plain(node)) return undefined;
    const n = isScalar(node) ? node.value : undefined;
    if (typeof n === "number" && Number.isInteger(n) && n >= least && n <= most) return n;
    this.error(this.place(node, key), `${key.value} must be a whole number from ${least} to ${most}`);
    return undefined;
  }

  /** One word of a few. */
  choice<T extends string>(entry: Entry, words: readonly T[]): T | undefined {
    const text = this.string(entry);
    if (!text) return undefined;
    const word = words.find((w) => w === text.value);
    if (word !== undefined) return word;
    const near = suggest(text.value, words);
    this.error(
      text,
      `${entry.key.value} must be ${words.join(" or ")}, not ${shown(text.value)}`,
      near && `did you mean ${near}?`,
    );
    return undefined;
  }

  /** A duration in milliseconds. */
  duration(entry: Entry, most?: number): number | undefined {
    const { key, node } = entry;
    if (isScalar(node) && typeof node.value === "number") {
      const written = this.#source(node);
      const hint = /^\d+$/.test(written) ? `give the unit: ${written}s or ${written}ms` : "write it like 5s";
      this.error(this.place(node), `${key.value} is a number without a unit`, hint);
      return undefined;
    }
    const text = this.string(entry);
    if (!text) return undefined;
    const read = parseDuration(text.value, most);
    if ("ms" in read) return read.ms;
    this.error(text, `${key.value}: ${read.error}`, read.hint);
    return undefined;
  }

  /** A list of texts. Entries that are not texts cause issues and are omitted; undefined if no list exists. */
  strings({ key, node }: Entry): Texts | undefined {
    if (!this.#plain(node)) return undefined;
    if (!isSeq(node)) {
      const text = isScalar(node) ? this.#source(node) : "";
      const hint = text === "" ? "write [one, two] or a line - one for each" : `write [${text}]`;
      this.error(this.place(node, key), `${key.value} must be a list, not ${kindOf(node)}`, hint);
      return undefined;
    }
    const items = node.items.flatMap((item) => {
      const child = item as YamlNode;
      const text = this.#string(child, `an entry of ${key.value}`, this.place(node));
      return text ? [{ ...text, node: child }] : [];
    });
    return { items, written: node.items.length };
  }

  /** Any value that JSON can hold; undefined, with an issue, for the rest. */
  json(node: YamlNode, at?: Located<unknown>, depth = 0): Json | undefined {
    if (node === undefined) return null;
    if (!this.#plain(node)) return undefined;
    if (depth > DEEPEST) {
      this.error(this.place(node, at), `the value is nested deeper than ${DEEPEST} levels`);
      return undefined;
    }
    if (isMap(node)) {
      return Object.fromEntries(
        this.#uniqueEntries(node).flatMap((entry) => {
          const value = this.json(entry.node, entry.key, depth + 1);
          return value === undefined ? [] : [[entry.key.value, value]];
        }),
      );
    }
    if (isSeq(node)) {
      return node.items.flatMap((item) => this.json(item as YamlNode, at, depth + 1) ?? null);
    }
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) {
      if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
      this.error(this.place(node, at), "the number is too large to be exact", "put it in quotes");
      return undefined;
    }
    this.error(this.place(node, at), "the value is neither text, number, true, false, null, list nor map");
    return undefined;
  }

  #uniqueEntries(map: YAMLMap): Entry[] {
    const seen = new Map<string, Located<string>>();
    const entries: Entry[] = [];
    for (const pair of map.items) {
      const keyNode = (pair.key ?? undefined) as YamlNode;
      if (!this.#plain(keyNode)) continue;
      const place = this.place(keyNode, this.place(map));
      if (!isScalar(keyNode) || typeof keyNode.value !== "string") {
        this.error(place, `a key must be text, not ${kindOf(keyNode)}`, "put it in quotes");
        continue;
      }
      const key = { ...place, value: keyNode.value };
      const first = seen.get(key.value);
      if (first) this.error(key, `the key ${shown(key.value)} occurs twice`, `first on line ${first.line}`);
      else if (key.value === "__proto__") this.error(key, "__proto__ cannot be a key");
      else entries.push({ key, keyNode, node: (pair.value ?? undefined) as YamlNode });
      if (!first) seen.set(key.value, key);
    }
    return entries;
  }

  #string(node: YamlNode, what: string, at: Located<unknown>): Located<string> | undefined {
    if (!this.#plain(node)) return undefined;
    const place = this.place(node, at);
    if (!isScalar(node) || typeof node.value !== "string") {
      const hint = isMap(node)
        ? "a text with ': ' in it must be quoted"
        : isScalar(node) && node.value !== null
        ? `put it in quotes: "${this.#source(node)}"`
        : undefined;
      this.error(place, `${what} must be text, not ${kindOf(node)}`, hint);
      return undefined;
    }
    if (node.value === "") {
      this.error(place, `${what} is empty`);
      return undefined;
    }
    return { ...place, value: node.value };
  }

  /** Whether the node is just what it looks like: no alias, no anchor, no tag. */
  #plain(node: YamlNode): boolean {
    if (isAlias(node)) {
      const text = this.#source(node);
      this.error(
        this.place(node),
        `${shown(text)} is an alias, which is not allowed`,
        `if it is text that begins with *, quote it: "${text}"`,
      );
      return false;
    }
    const trick = node?.tag !== undefined ? "tags" : node?.anchor !== undefined ? "anchors" : undefined;
    if (trick === undefined) return true;
    this.error(this.place(node), `YAML's ${trick} are not allowed`, "quote a text that begins with ! or &");
    return false;
  }

  /** What stands in the file for a scalar, shortened. */
  #source(node: Node): string {
    return node.range ? this.#text.slice(node.range[0], Math.min(node.range[1], node.range[0] + 60)) : "";
  }

  #issueAt(offset: number, message: string, hint?: string): void {
    const { line, col } = this.#lines.linePos(offset);
    const { lines, columns } = this.#before;
    this.#add("error", Math.max(1, line) + lines, Math.max(1, col) + columns, message, hint);
  }

  #add(severity: Issue["severity"], line: number, column: number, message: string, hint?: string): void {
    this.issues.push({ severity, file: this.#file, line, column, message, ...(hint ? { hint } : {}) });
  }
}

function explainSyntax(message: string): [message: string, hint?: string] {
  if (message.includes("call stack")) return ["the YAML is nested too deeply"];
  if (message.includes("multiple documents")) return ["only one YAML document is allowed", "remove the ---"];
  if (message.startsWith("Nested mappings are not allowed")) {
    return ["a text that contains ': ' must be quoted", 'write it in quotes: key: "one: two"'];
  }
  if (message.startsWith("Alias cannot be")) {
    return ["* begins an alias, which is not allowed", 'quote a text that begins with *: "*…"'];
  }
  return [`YAML: ${message.split("\n")[0]}`];
}

function kindOf(node: YamlNode): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null) return "nothing";
  if (typeof value === "boolean") return `${value}`;
  return typeof value === "number" ? "a number" : "text";
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

import type { Random } from "./random.ts";

const NAMES = [
  "domain",
  "devices",
  "disk",
  "source",
  "interface",
  "name",
  "a",
  "_b-1.c",
  "élément",
  "磁盘",
  "x𐐀",
];
const ATTRIBUTES = ["type", "dev", "file", "unit", "bus", "a", "b", "naïve", "x-y.z", "_"];
const URIS = ["urn:example:one", "http://example.test/two", "http://libvirt.org/schemas/domain/qemu/1.0"];
const PREFIXES = ["p", "qemu", "ü"];
const WORDS = [
  "1024",
  "/var/lib/a b.img",
  "é",
  "😀",
  "x",
  "  ",
  "two\twords",
  "]]",
  ">",
  "'",
  '"',
  "%s",
  "\u00a0\u0085",
];
const REFERENCES = [
  "&amp;",
  "&lt;",
  "&gt;",
  "&quot;",
  "&apos;",
  "&#233;",
  "&#x1F600;",
  "&#10;",
  "&#13;",
  "&#x9;",
  "&#32;",
];

/** What is declared where a piece is made. */
interface Scope {
  prefixes: string[];
}

/**
 * Makes well-formed documents that reach the corners of XML without a document
 * type: mixed content, comments, CDATA, references, instructions, all quotes
 * and line ends, odd white space in tags, namespaces, names and text beyond
 * ASCII. Namespaces are used correctly, so that libxml2 takes every one.
 */
export class Generator {
  readonly #random: Random;
  #newline = "\n";

  constructor(random: Random) {
    this.#random = random;
  }

  document(): string {
    const r = this.#random;
    this.#newline = r.pick(["\n", "\n", "\n", "\r\n", "\r"]);
    const declaration = r.chance(0.3)
      ? r.pick([
        "<?xml version='1.0'?>",
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<?xml  version = '1.0'  encoding='utf-8' standalone='yes' ?>",
      ]) + r.pick(["", this.#newline])
      : "";
    return (r.chance(0.05) ? "\ufeff" : "") + declaration + this.#outside() +
      this.element(0, { prefixes: [] }) +
      this.#outside();
  }

  /** One element with everything in it, for a place where these prefixes are declared. */
  element(depth: number, outer: Scope): string {
    const r = this.#random;
    const scope = { prefixes: [...outer.prefixes] };
    const declarations: string[] = [];
    if (r.chance(0.15)) {
      const prefix = r.pick(PREFIXES);
      declarations.push(this.#attribute(`xmlns:${prefix}`, r.pick(URIS)));
      if (!scope.prefixes.includes(prefix)) scope.prefixes.push(prefix);
    }
    if (r.chance(0.05)) declarations.push(this.#attribute("xmlns", r.pick([...URIS, ""])));
    const name = this.#qualified(r.pick(NAMES), scope);
    const attributes = [...declarations];
    // Two prefixes may stand for one namespace; only one attribute of a name is then allowed.
    const used = new Set<string>();
    for (let n = r.below(5); n > 0; n--) {
      const local = r.pick(ATTRIBUTES);
      if (used.has(local)) continue;
      used.add(local);
      attributes.push(this.#attribute(this.#qualified(local, scope), this.#value()));
    }
    if (r.chance(0.03)) attributes.push(this.#attribute("xml:space", r.pick(["preserve", "default"])));
    const tag = `<${name}${attributes.map((a) => this.#space() + a).join("")}${
      r.chance(0.1) ? this.#space() : ""
    }`;
    if (r.chance(depth < 2 ? 0.03 : 0.2)) return `${tag}/>`;
    return `${tag}>${this.#content(depth, scope)}</${name}${r.chance(0.1) ? this.#space() : ""}>`;
  }

  /** A text with characters that need care, decoded. */
  text(): string {
    const r = this.#random;
    return Array.from({ length: r.below(4) }, () => r.pick([...WORDS, "<", "&", "\r", "\n", "]]>", "&amp;"]))
      .join("");
  }

  #content(depth: number, scope: Scope): string {
    const r = this.#random;
    const indent = this.#newline + "  ".repeat(depth + 1);
    // The first two levels nearly always hold elements, so that documents do not stay tiny.
    const style = depth < 2 && r.chance(0.9) ? 1 + r.below(3) : r.below(4);
    if (style === 0) return this.#text();
    const count = depth > 5 ? 0 : r.below(5) + (depth < 2 ? 1 : 0);
    const pieces: string[] = [];
    for (let i = 0; i < count; i++) {
      const piece = r.chance(0.75)
        ? this.element(depth + 1, scope)
        : r.pick([() => this.#comment(), () => this.#instruction(), () => this.#cdata()])();
      // Laid out, in one line, or mixed with text.
      pieces.push((style < 3 ? (r.chance(0.9) ? indent : "") : this.#text()) + piece);
    }
    const end = style < 3 && (count > 0 || r.chance(0.3)) ? this.#newline + "  ".repeat(depth) : "";
    return pieces.join("") + end;
  }

  #attribute(name: string, value: string): string {
    const quote = this.#random.pick(["'", "'", '"']);
    const equals = this.#random.chance(0.1) ? `${this.#space()}=${this.#space()}` : "=";
    return name + equals + quote + value.replaceAll(quote, "") + quote;
  }

  #value(): string {
    const r = this.#random;
    const pieces = Array.from(
      { length: r.below(4) },
      () => r.chance(0.3) ? r.pick(REFERENCES) : r.pick(WORDS),
    );
    if (r.chance(0.05)) pieces.push(this.#newline);
    return pieces.join("");
  }

  #text(): string {
    const r = this.#random;
    const pieces = Array.from(
      { length: r.below(4) },
      () =>
        r.chance(0.2)
          ? r.pick(REFERENCES)
          : r.chance(0.1)
          ? this.#cdata()
          : r.chance(0.1)
          ? this.#newline
          : r.pick(WORDS),
    );
    // ]] and > may have met.
    return pieces.join(" ").replaceAll(
      "]]>",
      (end, at, whole) => whole.lastIndexOf("<![CDATA[", at) >= 0 ? end : "",
    );
  }

  #cdata(): string {
    return `<![CDATA[${this.#random.pick(["", "<x>&amp;</x>", " ", "a]]b", `1${this.#newline}2`, "é😀"])}]]>`;
  }

  #comment(): string {
    return `<!--${this.#random.pick(["", " x ", "<a b='c'>&", " é😀 ", `${this.#newline} - `, "]]>"])}-->`;
  }

  #instruction(): string {
    return `<?${this.#random.pick(["x", "x y='z' ", "xml-style <a>&", "é  ö?"])}?>`;
  }

  #outside(): string {
    const r = this.#random;
    return Array.from(
      { length: r.below(3) },
      () => r.pick([() => this.#comment(), () => this.#instruction(), () => this.#newline])(),
    ).join("");
  }

  #qualified(local: string, scope: Scope): string {
    const r = this.#random;
    return scope.prefixes.length > 0 && r.chance(0.3) ? `${r.pick(scope.prefixes)}:${local}` : local;
  }

  #space(): string {
    return this.#random.pick([" ", " ", " ", "  ", "\t", this.#newline, ` ${this.#newline}  `]);
  }
}

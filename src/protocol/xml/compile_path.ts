import { suggest } from "../../base/suggest.ts";
import { isSpace, localNameOf, nameEnd, prefixOf } from "./characters.ts";
import { shown } from "./fault.ts";
import { KNOWN_NAMESPACES } from "./namespaces.ts";
import { notAValue, pathHint } from "./path_hints.ts";
import {
  MAX_PATH_LENGTH,
  type NameTest,
  type Path,
  type PathResult,
  type PathStep,
  type PathTestResult,
  type Predicate,
} from "./path.ts";

export interface PathOptions {
  /** Prefixes beside `KNOWN_NAMESPACES`, with their URIs. */
  namespaces?: Readonly<Record<string, string>>;
}

/**
 * Reads a path such as `devices/disk[@device='cdrom']/source/@file`.
 * docs/xml.md describes the language. An issue's column is that of the wrong
 * character in the path.
 */
export function compilePath(source: string, options: PathOptions = {}): PathResult {
  return attempt(source, options, (compiler) => ({ path: compiler.wholePath() }));
}

/** Reads a path that may end with a comparison: `devices/interface/source/@network=ovs*`, quotes being optional. */
export function compilePathTest(source: string, options: PathOptions = {}): PathTestResult {
  return attempt(source, options, (compiler) => ({ test: compiler.wholeTest() }));
}

/** Thrown inside this file only. */
class PathFault extends Error {
  readonly offset: number;
  readonly hint?: string;

  constructor(offset: number, message: string, hint?: string) {
    super(message);
    this.offset = offset;
    if (hint !== undefined) this.hint = hint;
  }
}

function attempt<T>(source: string, options: PathOptions, read: (compiler: Compiler) => T) {
  try {
    return read(new Compiler(source, options.namespaces ?? {}));
  } catch (fault) {
    if (!(fault instanceof PathFault)) throw fault;
    const { offset, message, hint } = fault;
    const place = { severity: "error" as const, file: "path", line: 1, column: offset + 1 };
    return { issue: { ...place, message, ...(hint === undefined ? {} : { hint }) } };
  }
}

class Compiler {
  readonly #text: string;
  readonly #namespaces: Readonly<Record<string, string>>;
  #at = 0;
  #depth = 0;

  constructor(text: string, namespaces: Readonly<Record<string, string>>) {
    this.#text = text;
    this.#namespaces = namespaces;
    if (text.length > MAX_PATH_LENGTH) {
      throw new PathFault(MAX_PATH_LENGTH, `the path is longer than ${MAX_PATH_LENGTH} characters`);
    }
  }

  wholePath(): Path {
    const path = this.#path();
    if (this.#at < this.#text.length) {
      throw this.#fault(
        `unexpected ${this.#here()}`,
        this.#text[this.#at] === "="
          ? "write a test in brackets: disk[@device='cdrom']"
          : pathHint(this.#text, this.#at),
      );
    }
    return path;
  }

  wholeTest(): { path: Path; glob?: string; negated: boolean } {
    const path = this.#path();
    if (this.#at === this.#text.length) return { path, negated: false };
    const negated = this.#operator();
    const quote = this.#text[this.#at];
    if (quote === "'" || quote === '"') {
      const glob = this.#literal();
      this.#end();
      return { path, glob, negated };
    }
    // Without quotes, the value is the whole rest of the line, as in a line of YAML.
    const glob = this.#text.slice(this.#at).trimEnd();
    const odd = notAValue(glob);
    if (odd !== undefined) {
      this.#at += odd.at;
      throw this.#fault(`unexpected ${this.#here()}`, odd.hint);
    }
    return { path, glob, negated };
  }

  #path(): Path {
    this.#skip();
    const from = this.#at;
    let anyDepth = this.#eat("//");
    const absolute = !anyDepth && this.#eat("/");
    const steps: PathStep[] = [];
    let take: Path["take"] = "element";
    for (;;) {
      this.#skip();
      const start = this.#at;
      if (this.#eat("@")) {
        const at = this.#at;
        const attribute = this.#nameTest("an attribute's name");
        take = { attribute, name: this.#text.slice(at, this.#at) };
      } else if (this.#eat("text()")) take = "text";
      else if (this.#text[this.#at] === "." && steps.length === 0 && !absolute && !anyDepth) {
        this.#at++;
        if (this.#text[this.#at] === ".") {
          throw this.#fault("a path cannot contain ..", pathHint("..", 0));
        }
      } else steps.push(this.#step(anyDepth));
      if (take !== "element") {
        if (anyDepth) {
          throw new PathFault(start, "// selects elements, not attributes or text", "write //*/@name");
        }
        break;
      }
      this.#skip();
      anyDepth = this.#eat("//");
      if (!anyDepth && !this.#eat("/")) break;
    }
    if (absolute && steps.length === 0) throw new PathFault(from, "a path needs an element name after /");
    this.#skip();
    return { source: this.#text.slice(from, this.#at).trimEnd(), absolute, steps, take };
  }

  #step(anyDepth: boolean): PathStep {
    const test = this.#nameTest("an element's name");
    const predicates: Predicate[] = [];
    for (this.#skip(); this.#eat("["); this.#skip()) {
      if (++this.#depth > 8) throw new PathFault(this.#at - 1, "brackets nested more than 8 deep");
      predicates.push(this.#predicate());
      this.#depth--;
    }
    return { anyDepth, test, predicates };
  }

  #predicate(): Predicate {
    this.#skip();
    const digits = /^[0-9]+/.exec(this.#text.slice(this.#at, this.#at + 10));
    if (digits !== null) {
      const position = Number(digits[0]);
      if (position === 0) throw this.#fault("positions are counted from 1");
      this.#at += digits[0].length;
      this.#close();
      return { kind: "position", position };
    }
    if (this.#eat("last()")) {
      this.#close();
      return { kind: "last" };
    }
    if (this.#eat("not(")) {
      const path = this.#path();
      if (!this.#eat(")")) throw this.#fault(") is expected", "not(...) takes a path: disk[not(readonly)]");
      this.#close();
      return { kind: "has", path, negated: true };
    }
    const path = this.#path();
    if (this.#text[this.#at] === "]") {
      this.#at++;
      return { kind: "has", path, negated: false };
    }
    const negated = this.#operator();
    const glob = this.#literal();
    this.#close();
    return { kind: "compare", path, glob, negated };
  }

  #operator(): boolean {
    this.#skip();
    const negated = this.#eat("!=");
    if (!negated && !this.#eat("=")) throw this.#fault("= or != is expected", pathHint(this.#text, this.#at));
    this.#skip();
    if (!negated && this.#text[this.#at] === "=") throw this.#fault(`unexpected "="`, pathHint("==", 0));
    return negated;
  }

  #literal(): string {
    const quote = this.#text[this.#at];
    if (quote !== "'" && quote !== '"') {
      throw this.#fault("a value in quotes is expected", "[@device='cdrom']");
    }
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end < 0) throw this.#fault("the value is not closed");
    const value = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return value;
  }

  #nameTest(what: string): NameTest {
    const from = this.#at;
    const isCall = /^[A-Za-z][-A-Za-z]*\s*\(/.test(this.#text.slice(from, from + 40));
    if (isCall || /^[a-z-]+::/.test(this.#text.slice(from, from + 40))) {
      const other = isCall ? "a function" : "an axis";
      throw this.#fault(`${what} is expected, not ${other} of XPath`, pathHint(this.#text, from));
    }
    if (this.#eat("*:")) {
      const end = nameEnd(this.#text, this.#at);
      if (end === this.#at) throw this.#fault("a name is expected after *:");
      const local = this.#text.slice(this.#at, end);
      this.#at = end;
      return { local, namespace: "*" };
    }
    if (this.#eat("*")) return { local: "*", namespace: "*" };
    this.#at = nameEnd(this.#text, from);
    if (this.#at === from) {
      throw this.#fault(`${what} is expected, not ${this.#here()}`, pathHint(this.#text, from));
    }
    const name = this.#text.slice(from, this.#at);
    const colon = name.indexOf(":");
    if (colon === name.length - 1 && colon > 0 && this.#eat("*")) {
      return { local: "*", namespace: this.#uri(name.slice(0, -1), from) };
    }
    if (colon === name.length - 1) {
      throw this.#fault(`a name is expected after ${shown(name)}`, `${name}* takes any name`);
    }
    if (colon === 0 || colon !== name.lastIndexOf(":")) {
      throw new PathFault(from, `"${shown(name)}" is no name: it has one colon at most, after a prefix`);
    }
    const prefix = prefixOf(name);
    return { local: localNameOf(name), namespace: prefix === "" ? "" : this.#uri(prefix, from) };
  }

  #uri(prefix: string, at: number): string {
    const own = Object.hasOwn(this.#namespaces, prefix) ? this.#namespaces[prefix] : undefined;
    const known = Object.hasOwn(KNOWN_NAMESPACES, prefix) ? KNOWN_NAMESPACES[prefix] : undefined;
    const uri = own ?? known;
    if (uri !== undefined) return uri;
    const names = [...Object.keys(this.#namespaces), ...Object.keys(KNOWN_NAMESPACES)];
    const near = suggest(prefix, names);
    const hint = near === undefined
      ? `known are ${names.join(", ")}; *:name takes any`
      : `did you mean ${near}?`;
    throw new PathFault(at, `namespace prefix ${shown(prefix)} is not known`, hint);
  }

  #close(): void {
    this.#skip();
    if (this.#eat("]")) return;
    throw this.#fault(`] is expected, not ${this.#here()}`, pathHint(this.#text, this.#at));
  }

  #end(): void {
    this.#skip();
    if (this.#at < this.#text.length) {
      throw this.#fault(`unexpected ${this.#here()}`, pathHint(this.#text, this.#at));
    }
  }

  #here(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? "the end" : `"${String.fromCodePoint(code)}"`;
  }

  #eat(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #skip(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #fault(message: string, hint?: string): PathFault {
    return new PathFault(this.#at, message, hint);
  }
}

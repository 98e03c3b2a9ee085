import { matchesGlob } from "../../base/glob.ts";
import type { Issue } from "../../base/issue.ts";
import { localNameOf, prefixOf } from "./characters.ts";
import { type XmlDocument, XmlElement } from "./document.ts";
import type { NameTest, Path, PathStep, PathTest, Predicate } from "./path.ts";

/** What a path leads to: elements, or the decoded values of attributes and text. */
export type Found = XmlElement | string;

export type FindResult = { found: Found[]; issue?: undefined } | { found?: undefined; issue: Issue };

/** The limit of elements, attributes and compared characters that one path may examine; then the search stops. */
export const MAX_WORK = 10_000_000;

/**
 * Everything a path leads to from an element, in document order, but at most
 * `most`. An absolute path begins at the document. The only issue is a path
 * that would take too long on this document.
 */
export function findAll(
  from: XmlElement,
  path: Path,
  maxWork: number = MAX_WORK,
  most: number = Infinity,
): FindResult {
  return bounded(
    path.source,
    () => ({ found: new Finder(from.document, maxWork).all(from.index, path, most) }),
  );
}

/** The first thing that a path leads to, in `found[0]`, or an empty list. */
export function findFirst(from: XmlElement, path: Path, maxWork: number = MAX_WORK): FindResult {
  return findAll(from, path, maxWork, 1);
}

/**
 * The elements a path that ends at elements leads to, no more than `most`; for
 * others, the elements whose attribute or text it names.
 */
export function findElements(
  from: XmlElement,
  path: Path,
  maxWork: number = MAX_WORK,
  most: number = Infinity,
): { elements: XmlElement[]; issue?: undefined } | { elements?: undefined; issue: Issue } {
  return bounded(path.source, () => ({
    elements: new Finder(from.document, maxWork).elements(from.index, path).slice(0, most).map((i) =>
      new XmlElement(from.document, i)
    ),
  }));
}

/** Whether anything that the path leads to satisfies the test. */
export function passes(
  from: XmlElement,
  test: PathTest,
  maxWork: number = MAX_WORK,
): { passed: boolean; issue?: undefined } | { passed?: undefined; issue: Issue } {
  return bounded(
    test.path.source,
    () => ({ passed: new Finder(from.document, maxWork).passes(from.index, test) }),
  );
}

class WorkExceeded extends Error {}

function bounded<T>(source: string, work: () => T): T | { issue: Issue } {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WorkExceeded)) throw error;
    const message = `the path is too expensive for this document: ${source}`;
    const hint = "name the elements instead of using // and *";
    return { issue: { severity: "error", file: "path", line: 1, column: 1, message, hint } };
  }
}

class Finder {
  readonly #document: XmlDocument;
  #left: number;

  constructor(document: XmlDocument, maxWork: number) {
    this.#document = document;
    this.#left = maxWork;
  }

  all(from: number, path: Path, most: number): Found[] {
    const found: Found[] = [];
    const { take } = path;
    for (const index of this.elements(from, path)) {
      if (found.length >= most) break;
      if (take === "element") found.push(new XmlElement(this.#document, index));
      else if (take === "text") {
        const text = this.#text(index);
        if (text !== "") found.push(text);
      } else this.#attributes(index, take.attribute, most, found);
    }
    return found;
  }

  elements(from: number, path: Path): number[] {
    let found = path.absolute ? [-1] : [from];
    let sorted = true;
    for (const step of path.steps) {
      found = this.#step(found, step);
      // Children of an element and of one inside it come out of order.
      if (!sorted) found.sort((a, b) => a - b);
      sorted &&= !step.anyDepth;
    }
    return found;
  }

  passes(from: number, test: PathTest): boolean {
    if (test.glob === undefined) return this.all(from, test.path, 1).length > 0;
    return this.#compares(from, test.path, test.glob, test.negated);
  }

  #step(from: number[], step: PathStep): number[] {
    const found: number[] = [];
    const { nexts, count } = this.#document.structure;
    let covered = -1;
    for (const parent of from) {
      const stop = parent < 0 ? count : nexts[parent]!;
      if (!step.anyDepth) {
        const children: number[] = [];
        const [first] = step.predicates;
        const most = first?.kind === "position" ? first.position : Infinity;
        for (let at = parent + 1; at < stop && children.length < most; at = nexts[at]!) {
          if (this.#named(at, step.test)) this.#keep(children, at);
        }
        append(found, this.#filter(children, step.predicates));
      } else if (parent >= covered) {
        covered = stop;
        append(found, this.#descendants(parent + 1, stop, step));
      }
    }
    return found;
  }

  #descendants(from: number, stop: number, step: PathStep): number[] {
    const { parents } = this.#document.structure;
    if (!step.predicates.some(({ kind }) => kind === "position" || kind === "last")) {
      const found: number[] = [];
      for (let at = from; at < stop; at++) if (this.#named(at, step.test)) this.#keep(found, at);
      return this.#filter(found, step.predicates);
    }
    const byParent = new Map<number, number[]>();
    for (let at = from; at < stop; at++) {
      if (!this.#named(at, step.test)) continue;
      // For the list of each parent.
      this.#spend(5);
      const siblings = byParent.get(parents[at]!);
      if (siblings === undefined) byParent.set(parents[at]!, [at]);
      else siblings.push(at);
    }
    const found: number[] = [];
    for (const siblings of byParent.values()) append(found, this.#filter(siblings, step.predicates));
    return found.sort((a, b) => a - b);
  }

  /** Kept items take memory, so the limit of work must bound them too. */
  #keep(found: number[], index: number): void {
    this.#spend(2);
    found.push(index);
  }

  #filter(siblings: number[], predicates: Predicate[]): number[] {
    let left = siblings;
    for (const predicate of predicates) {
      const count = left.length;
      left = left.filter((index, i) => this.#holds(index, i + 1, count, predicate));
    }
    return left;
  }

  #holds(index: number, position: number, count: number, predicate: Predicate): boolean {
    switch (predicate.kind) {
      case "position":
        return position === predicate.position;
      case "last":
        return position === count;
      case "has":
        return (this.all(index, predicate.path, 1).length > 0) !== predicate.negated;
      case "compare":
        return this.#compares(index, predicate.path, predicate.glob, predicate.negated);
    }
  }

  #compares(from: number, path: Path, glob: string, negated: boolean): boolean {
    const star = glob.includes("*");
    return this.all(from, path, Infinity).some((found) => {
      if (typeof found !== "string") this.#spend((found.end - found.start) / 16);
      const value = typeof found === "string" ? found : found.textContent;
      this.#spend(star ? value.length * glob.length / 4 : value.length / 64);
      return (star ? matchesGlob(glob, value) : glob === value) !== negated;
    });
  }

  #named(index: number, test: NameTest): boolean {
    this.#spend(1);
    if (test.local === "*" && test.namespace === "*") return true;
    const element = new XmlElement(this.#document, index);
    const name = element.name;
    if (test.local !== "*" && localNameOf(name) !== test.local) return false;
    return test.namespace === "*" || element.namespace === test.namespace;
  }

  #attributes(index: number, test: NameTest, most: number, found: Found[]): void {
    const element = new XmlElement(this.#document, index);
    let at = element.start;
    element.visitAttributes((range) => {
      this.#spend(range.valueEnd - at);
      at = range.valueEnd;
      if (isMeant(element, range.name, test)) found.push(element.valueOf(range));
      return found.length >= most;
    });
  }

  #text(index: number): string {
    const element = new XmlElement(this.#document, index);
    this.#spend((element.end - element.start) / 16);
    return element.ownText;
  }

  #spend(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw new WorkExceeded();
  }
}

function isMeant(element: XmlElement, name: string, test: NameTest): boolean {
  if (test.local === "*" && test.namespace === "*") return name !== "xmlns" && !name.startsWith("xmlns:");
  if (test.local !== "*" && localNameOf(name) !== test.local) return false;
  if (test.namespace === "*") return true;
  const prefix = prefixOf(name);
  // The default namespace is for elements only.
  if (prefix === "") return test.namespace === "";
  return test.namespace !== "" && element.lookUp(prefix) === test.namespace;
}

// Not push(...more): a call takes only so many arguments.
function append(to: number[], more: number[]): void {
  for (const item of more) to.push(item);
}

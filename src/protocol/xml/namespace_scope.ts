import { prefixOf } from "./characters.ts";
import type { Structure } from "./structure.ts";

const MAX_SHOWN = 20;

/**
 * The namespace prefixes declared at one point of a document while it is
 * scanned, and the list of names whose prefix is not. An undeclared prefix is
 * not an error: libvirt (libxml2) accepts it, in metadata for instance, and
 * prints it back, so a hook must accept it.
 */
export class NamespaceScope {
  readonly #structure: Structure;
  /** How many open elements declare a prefix. */
  readonly #active = new Map<string, number>();
  /** What the open elements declare, innermost last. */
  readonly #stack: { depth: number; prefixes: string[] }[] = [];

  constructor(structure: Structure, outer: Iterable<string>) {
    this.#structure = structure;
    this.#active.set("xml", 1);
    for (const prefix of outer) this.#active.set(prefix, 1);
  }

  /** Records what the element at this depth declares. */
  open(depth: number, prefixes: string[]): void {
    this.#stack.push({ depth, prefixes });
    for (const prefix of prefixes) this.#active.set(prefix, (this.#active.get(prefix) ?? 0) + 1);
  }

  /** Forgets what the element at this depth declared. */
  close(depth: number): void {
    const top = this.#stack[this.#stack.length - 1];
    if (top?.depth !== depth) return;
    this.#stack.pop();
    for (const prefix of top.prefixes) this.#active.set(prefix, this.#active.get(prefix)! - 1);
  }

  /** Checks a name that is used here. */
  use(name: string, offset: number): void {
    const prefix = prefixOf(name);
    if (prefix === "" || prefix === "xmlns" || (this.#active.get(prefix) ?? 0) > 0) return;
    this.#structure.undeclaredCount++;
    if (this.#structure.undeclared.length < MAX_SHOWN) this.#structure.undeclared.push({ offset, name });
  }
}

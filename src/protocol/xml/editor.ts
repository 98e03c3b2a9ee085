import type { Issue } from "../../base/issue.ts";
import { codePointName, forbiddenCharacter, isName } from "./characters.ts";
import { compilePath, type PathOptions } from "./compile_path.ts";
import type { XmlDocument, XmlElement } from "./document.ts";
import {
  appendSplices,
  attributeSplices,
  insertSplices,
  removeAttributeSplices,
  removeSplices,
  replaceSplices,
  textSplices,
} from "./edit_splices.ts";
import { issueAt, shown } from "./fault.ts";
import { findElements } from "./find.ts";
import { Fragment } from "./fragment.ts";
import { namespacesInScope } from "./namespaces.ts";
import { MAX_BYTES, parseDocument } from "./parse_document.ts";
import type { Path } from "./path.ts";
import { applySplices, type Splice } from "./splice.ts";

/** The most elements that one edit may change. */
const MOST_EDITED = 100_000;

/** How many elements an edit changed (0: the path matched nothing), or why it was refused. */
export type EditResult = { count: number; issue?: undefined } | { count?: undefined; issue: Issue };

/** A path's selection, from which edits are computed. */
interface Selection {
  elements: XmlElement[];
  path: Path;
}

/**
 * Edits a document by replacing parts of its text, so that every byte outside
 * the edited elements stays unchanged. Each edit is made on every element its
 * path (relative to the root) leads to, checked by parsing the result, and
 * applied wholly or not at all. Later edits see the effect of earlier ones.
 */
export class XmlEditor {
  readonly original: XmlDocument;
  #document: XmlDocument;
  readonly #options: PathOptions;

  constructor(document: XmlDocument, options: PathOptions = {}) {
    this.original = document;
    this.#document = document;
    this.#options = options;
  }

  /** The document as it is now. */
  get document(): XmlDocument {
    return this.#document;
  }

  /** Whether it differs from the original. */
  get changed(): boolean {
    return this.#document.text !== this.original.text;
  }

  /** Sets what the path names: an attribute (`source/@file`), an element's text (`title`, `title/text()`). */
  set(path: string, value: string): EditResult {
    return this.#select(path, (selection) => {
      const { take } = selection.path;
      return typeof take === "object"
        ? this.#setAttribute(selection, take.name, value)
        : this.#setText(selection, value);
    });
  }

  /** Removes what the path names: elements (with their lines), attributes, or an element's text. */
  remove(path: string): EditResult {
    return this.#select(path, (selection) => {
      const { elements, path: { take } } = selection;
      if (take === "text") return this.#setText(selection, "");
      if (take !== "element") return this.#splice(elements, (e) => removeAttributeSplices(e, take.name));
      return this.#notRoot(elements) ?? this.#splice(outermost(elements), removeSplices);
    });
  }

  /**
   * Sets an attribute of each element, adding it after the others if it is missing. The name may have a
   * prefix declared there.
   */
  setAttribute(path: string, name: string, value: string): EditResult {
    return this.#selectElements(path, (selection) => this.#setAttribute(selection, name, value));
  }

  /** Removes an attribute from each element; those that lack it do not change. */
  removeAttribute(path: string, name: string): EditResult {
    return this.#selectElements(
      path,
      ({ elements }) => this.#splice(elements, (e) => removeAttributeSplices(e, name)),
    );
  }

  /** Replaces each element's content with a text; refused for those that have elements inside. */
  setText(path: string, value: string): EditResult {
    return this.#selectElements(path, (selection) => this.#setText(selection, value));
  }

  /** Appends XML to the content of each element. */
  append(path: string, xml: string): EditResult {
    return this.#selectElements(
      path,
      ({ elements }) => this.#withFragment(elements, elements, xml, appendSplices),
    );
  }

  /** Inserts XML before each element. */
  insertBefore(path: string, xml: string): EditResult {
    return this.#beside(path, xml, (e, fragment) => insertSplices(e, fragment, "before"));
  }

  /** Inserts XML after each element. */
  insertAfter(path: string, xml: string): EditResult {
    return this.#beside(path, xml, (e, fragment) => insertSplices(e, fragment, "after"));
  }

  /** Replaces each element with XML. The root can only be replaced by an element of the same name. */
  replace(path: string, xml: string): EditResult {
    return this.#selectElements(path, ({ elements }) => {
      const targets = outermost(elements);
      const parents = targets.map((e) => e.parent).filter((e) => e !== undefined);
      return this.#withFragment(targets, parents, xml, (e, fragment) => {
        if (e.parent === undefined && (fragment.elements !== 1 || fragment.name !== e.name)) {
          return this.#refuse(e, `the root can be replaced only by one <${shown(e.name)}>`);
        }
        return replaceSplices(e, fragment);
      });
    });
  }

  #setAttribute({ elements }: Selection, name: string, value: string): EditResult {
    if (!isName(name)) {
      return { issue: valueIssue("attribute name", `"${shown(name)}" is not an attribute's name`) };
    }
    return forbidden(value) ?? this.#splice(elements, (e) => attributeSplices(e, name, value));
  }

  #setText({ elements }: Selection, value: string): EditResult {
    const holder = elements.find((e) => !e.children().next().done);
    if (holder !== undefined) {
      const hint = "replace it, or name the element whose text to set";
      return { issue: this.#refuse(holder, `<${shown(holder.name)}> has elements inside`, hint) };
    }
    return forbidden(value) ?? this.#splice(elements, (e) => textSplices(e, value));
  }

  #beside(path: string, xml: string, make: (e: XmlElement, fragment: Fragment) => Splice[]): EditResult {
    return this.#selectElements(path, ({ elements }) => {
      const parents = elements.map((e) => e.parent).filter((e) => e !== undefined);
      return this.#notRoot(elements) ?? this.#withFragment(elements, parents, xml, make);
    });
  }

  /**
   * `around` are the elements that will contain the fragment: a prefix declared at all of them needs no
   * declaration.
   */
  #withFragment(
    elements: XmlElement[],
    around: XmlElement[],
    xml: string,
    make: (element: XmlElement, fragment: Fragment) => Splice[] | Issue,
  ): EditResult {
    if (elements.length === 0) return { count: 0 };
    const scopes = around.map((e) => namespacesInScope(e));
    const common = [...scopes[0]?.keys() ?? []].filter((prefix) =>
      scopes.every((scope) => scope.has(prefix))
    );
    const parsed = Fragment.parse(xml, common);
    if (parsed.issue !== undefined) return { issue: parsed.issue };
    return this.#splice(elements, (e) => make(e, parsed.fragment));
  }

  #splice(elements: XmlElement[], make: (element: XmlElement) => Splice[] | Issue): EditResult {
    const splices: Splice[] = [];
    let size = this.#document.text.length;
    for (const element of elements) {
      const made = make(element);
      if (!Array.isArray(made)) return { issue: made };
      for (const splice of made) {
        splices.push(splice);
        size += splice.text.length - (splice.end - splice.start);
      }
      // Checked before it is assembled: a hundred thousand copies of a long text exceed the memory.
      if (size > 2 * MAX_BYTES) {
        return { issue: valueIssue("edit", `the document would be larger than ${MAX_BYTES} bytes`) };
      }
    }
    if (splices.length === 0) return { count: elements.length };
    const before = this.#document;
    const { document, issue } = parseDocument(applySplices(before.text, splices), {
      source: `${this.original.source} after the edit`,
    });
    if (issue !== undefined) return { issue };
    if (document.structure.undeclaredCount > before.structure.undeclaredCount) {
      const known = new Set(before.warnings.map((w) => w.message));
      const message = document.warnings.find((w) => !known.has(w.message))?.message ??
        "a namespace prefix is not declared";
      return { issue: valueIssue("edit", message, "declare it with xmlns first") };
    }
    this.#document = document;
    return { count: elements.length };
  }

  #selectElements(path: string, edit: (selection: Selection) => EditResult): EditResult {
    return this.#select(path, (selection) => {
      if (selection.path.take === "element") return edit(selection);
      return { issue: valueIssue("path", "the path must select elements, not attributes or text") };
    });
  }

  #select(path: string, edit: (selection: Selection) => EditResult): EditResult {
    const compiled = compilePath(path, this.#options);
    if (compiled.issue !== undefined) return { issue: compiled.issue };
    const { elements, issue } = findElements(
      this.#document.root,
      compiled.path,
      undefined,
      MOST_EDITED + 1,
    );
    if (issue !== undefined) return { issue };
    if (elements.length > MOST_EDITED) {
      const message = `${shown(path)} leads to more than ${MOST_EDITED} elements: edit fewer at once`;
      return { issue: valueIssue("path", message) };
    }
    return elements.length === 0 ? { count: 0 } : edit({ elements, path: compiled.path });
  }

  #notRoot(elements: XmlElement[]): EditResult | undefined {
    const root = elements.find((e) => e.parent === undefined);
    if (root === undefined) return undefined;
    return { issue: this.#refuse(root, "the root element can be neither removed nor given neighbours") };
  }

  #refuse(element: XmlElement, message: string, hint?: string): Issue {
    const { text, source } = this.#document;
    return issueAt(text, source, { offset: element.start, message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** Elements in document order without those inside another of them. */
function outermost(elements: XmlElement[]): XmlElement[] {
  let end = -1;
  return elements.filter((e) => {
    if (e.start < end) return false;
    end = e.end;
    return true;
  });
}

function forbidden(value: string): EditResult | undefined {
  const at = forbiddenCharacter(value);
  if (at < 0) return undefined;
  const name = codePointName(value.codePointAt(at)!);
  return { issue: valueIssue("value", `character ${name} at ${at + 1} is not allowed in XML`) };
}

function valueIssue(file: string, message: string, hint?: string): Issue {
  return { severity: "error", file, line: 0, column: 0, message, ...(hint === undefined ? {} : { hint }) };
}

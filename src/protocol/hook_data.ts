import type { HookEvent } from "./event.ts";
import { HookDataError } from "./hook_data_error.ts";
import { hookDataElements } from "./hook_data_elements.ts";
import type { XmlDocument, XmlElement } from "./xml/document.ts";
import { documentBeginning, parseDocument } from "./xml/parse_document.ts";
import { child, childText } from "./xml/read.ts";
import type { Deadline } from "../base/deadline.ts";
import { formatIssue } from "../base/issue.ts";

/** The result of reading standard input; of a refused input, its beginning. */
export type Input = { bytes: Uint8Array } | { error: string; beginning?: Uint8Array };

/** What is known about the guest or network without the whole document. */
export interface Known {
  /** The domain's or network's. */
  uuid?: string;
  /** The guest a network's port belongs to. */
  owner?: { name?: string; uuid?: string };
}

/** What libvirt wrote on standard input, read and parsed at its first use. */
export class HookData {
  readonly #event: HookEvent;
  readonly #read: (deadline: Deadline) => Input;
  #input: Input | undefined;
  #document: XmlDocument | undefined;
  #current: XmlDocument | undefined;
  /** The first reason why no document is available; it does not change. */
  #malformed: HookDataError | undefined;
  /** The edited document of the handler that runs now, until it ends. */
  preview: XmlDocument | undefined;
  /** When reading stops: the call's own deadline, or that of the handler that runs now. */
  deadline: Deadline;

  constructor(event: HookEvent, read: (deadline: Deadline) => Input, deadline: Deadline) {
    this.#event = event;
    this.#read = read;
    this.deadline = deadline;
  }

  /**
   * The document from libvirt.
   *
   * @throws {HookDataError} when it is not available, too large or malformed
   */
  get document(): XmlDocument {
    if (this.#document !== undefined) return this.#document;
    if (this.#malformed !== undefined) throw this.#malformed;
    const { document, issue } = parseDocument(this.bytes, { source: "stdin" });
    if (issue !== undefined) throw this.#malformed = new HookDataError(formatIssue(issue));
    return this.#document = document;
  }

  /**
   * The document with the handlers' edits so far; libvirt's own if none edited it.
   *
   * @throws {HookDataError} as `document`
   */
  get current(): XmlDocument {
    return this.preview ?? this.#current ?? this.document;
  }

  set current(document: XmlDocument) {
    this.#current = document;
  }

  /** The XML for libvirt in place of its own; undefined if nothing changed. */
  get changedText(): string | undefined {
    const text = this.#current?.text;
    return text === undefined || text === this.document.text ? undefined : text;
  }

  /** libvirt passes no XML to the daemon's hooks. */
  get isEmpty(): boolean {
    return this.#event.driver === "daemon";
  }

  /** The domain's or network's UUID; undefined if it has none. */
  get uuid(): string | undefined {
    return this.#known(uuidOf);
  }

  /** The guest a network's port belongs to: from `<networkport>`, or from the `<domain>` that older libvirt sent. */
  get owner(): Known["owner"] {
    return this.#known(ownerOf);
  }

  /**
   * What is known even without the document. Only at a guest's teardown, where
   * a handler's cleanup must not depend on a document that the guest's owner
   * could make unreadable.
   *
   * @returns undefined where the document counts whole or not at all
   */
  get knownAnyway(): Known | undefined {
    const beginning = this.#beginning();
    if (beginning === undefined) return undefined;
    const [uuid, owner] = [uuidOf(beginning), ownerOf(beginning)];
    return { ...(uuid !== undefined && { uuid }), ...(owner !== undefined && { owner }) };
  }

  /**
   * libvirt's text, unchanged.
   *
   * @throws {HookDataError} when it is not complete
   */
  get bytes(): Uint8Array {
    if (this.#input === undefined || "error" in this.#input) this.#input = this.#read(this.deadline);
    if ("error" in this.#input) throw new HookDataError(this.#input.error);
    if (this.#input.bytes.length === 0) throw new HookDataError("libvirt gave no XML on standard input");
    return this.#input.bytes;
  }

  #known<T>(read: (root: XmlElement) => T): T | undefined {
    if (this.isEmpty) return undefined;
    try {
      return read(this.document.root);
    } catch (error) {
      const beginning = error instanceof HookDataError ? this.#beginning() : undefined;
      const known = beginning === undefined ? undefined : read(beginning);
      // Thrown unchanged where nothing is known anyway.
      if (known === undefined) throw error;
      return known;
    }
  }

  /** The root of the part of the input that is well-formed. */
  #beginning(): XmlElement | undefined {
    if (this.#event.known?.teardown !== true || this.#input === undefined) return undefined;
    const bytes = "error" in this.#input ? this.#input.beginning : this.#input.bytes;
    return bytes && documentBeginning(bytes, "stdin")?.root;
  }
}

function uuidOf(root: XmlElement): string | undefined {
  const about = root.localName === "hookData" ? hookDataElements(root).network : root;
  return childText(about, "uuid")?.trim();
}

function ownerOf(root: XmlElement): Known["owner"] {
  const { port, domain } = hookDataElements(root);
  const owner = child(port, "owner") ?? domain;
  if (owner === undefined) return undefined;
  const name = childText(owner, "name")?.trim();
  const uuid = childText(owner, "uuid")?.trim();
  return { ...(name === undefined ? {} : { name }), ...(uuid === undefined ? {} : { uuid }) };
}

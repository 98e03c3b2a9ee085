import type { HookEvent } from "./event.ts";
import type { XmlDocument, XmlElement } from "./xml/document.ts";
import { parseDocument } from "./xml/parse_document.ts";
import type { Deadline } from "../base/deadline.ts";
import { formatIssue } from "../base/issue.ts";

/** What reading standard input gave. */
export type Input = { bytes: Uint8Array } | { error: string };

/** The XML cannot be had: nothing came, too much came, or it is malformed. The message is one line. */
export class HookDataError extends Error {
  override readonly name = "HookDataError";
}

/** What libvirt wrote on standard input, read and parsed when somebody first asks. */
export class HookData {
  readonly #event: HookEvent;
  readonly #read: (deadline: Deadline) => Input;
  #bytes: Uint8Array | undefined;
  #document: XmlDocument | undefined;
  #current: XmlDocument | undefined;
  /** What the handler that runs now has made of it, until it is over. */
  preview: XmlDocument | undefined;
  /** When reading is given up: the call's own deadline, or that of the handler that runs now. */
  deadline: Deadline;

  constructor(event: HookEvent, read: (deadline: Deadline) => Input, deadline: Deadline) {
    this.#event = event;
    this.#read = read;
    this.deadline = deadline;
  }

  /**
   * The document that libvirt gave.
   *
   * @throws {HookDataError} when it cannot be had, is too large or malformed
   */
  get document(): XmlDocument {
    if (this.#document !== undefined) return this.#document;
    const { document, issue } = parseDocument(this.#input(), { source: "stdin" });
    if (issue !== undefined) throw new HookDataError(formatIssue(issue));
    return this.#document = document;
  }

  /**
   * The document as handlers have made it so far; the one libvirt gave when none did anything.
   *
   * @throws {HookDataError} as `document`
   */
  get current(): XmlDocument {
    return this.preview ?? this.#current ?? this.document;
  }

  set current(document: XmlDocument) {
    this.#current = document;
  }

  /** What libvirt is to get in place of its own XML; undefined when nothing was changed. */
  get changedText(): string | undefined {
    const text = this.#current?.text;
    return text === undefined || text === this.document.text ? undefined : text;
  }

  /** libvirt gives the daemon's hooks nothing. */
  get isEmpty(): boolean {
    return this.#event.driver === "daemon";
  }

  /** The domain's or network's UUID; undefined where there is none. */
  get uuid(): string | undefined {
    if (this.isEmpty) return undefined;
    const { root } = this.document;
    return textOf(
      root.localName === "hookData" ? child(child(root, "network"), "uuid") : child(root, "uuid"),
    );
  }

  /** The guest a network's port belongs to: from `<networkport>`, or from the `<domain>` that older libvirt sent. */
  get owner(): { name?: string; uuid?: string } | undefined {
    const { root } = this.document;
    const owner = child(child(root, "networkport"), "owner") ?? child(root, "domain");
    if (owner === undefined) return undefined;
    const name = textOf(child(owner, "name"));
    const uuid = textOf(child(owner, "uuid"));
    return { ...(name === undefined ? {} : { name }), ...(uuid === undefined ? {} : { uuid }) };
  }

  /**
   * What libvirt gave, as it came.
   *
   * @throws {HookDataError} when it cannot be had whole
   */
  get bytes(): Uint8Array {
    return this.#input();
  }

  #input(): Uint8Array {
    if (this.#bytes !== undefined) return this.#bytes;
    const input = this.#read(this.deadline);
    if ("error" in input) throw new HookDataError(input.error);
    if (input.bytes.length === 0) throw new HookDataError("libvirt gave no XML on standard input");
    return this.#bytes = input.bytes;
  }
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  for (const one of element?.children() ?? []) if (one.name === name) return one;
  return undefined;
}

function textOf(element: XmlElement | undefined): string | undefined {
  return element?.textContent.trim();
}

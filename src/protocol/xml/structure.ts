/** Elements nested deeper than this are refused; libxml2, and so libvirt, also refuses them. */
export const MAX_DEPTH = 256;

/**
 * Where the elements of a document are, in document order, as offsets into its
 * text (UTF-16 code units). Everything else (names, attributes, text) is read
 * from the text on demand: a document of many megabytes costs its text and 17
 * bytes for each element.
 */
export interface Structure {
  /** The number of elements; the arrays may be longer. */
  count: number;
  /** The `<` of each element's start tag. */
  starts: Int32Array;
  /** Just after each element's end tag. */
  ends: Int32Array;
  /** The first element after this one that is not inside it. */
  nexts: Int32Array;
  /** The parent's index, -1 for the root. */
  parents: Int32Array;
  /** 1 where the start tag declares namespaces. */
  declares: Uint8Array;
  /** How many names have an undeclared prefix. */
  undeclaredCount: number;
  /** The first few of those names. */
  undeclared: { offset: number; name: string }[];
}

/** Arrays for as many elements as the text can hold at most. */
export function emptyStructure(capacity: number): Structure {
  return {
    count: 0,
    starts: new Int32Array(capacity),
    ends: new Int32Array(capacity),
    nexts: new Int32Array(capacity),
    parents: new Int32Array(capacity),
    declares: new Uint8Array(capacity),
    undeclaredCount: 0,
    undeclared: [],
  };
}

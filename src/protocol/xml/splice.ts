/** A piece of text that replaces the part from `start` to `end`. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/**
 * The XML text with the splices applied, which may be in any order but must not
 * overlap. Where a removal would join `]]` and `>`, which text may not hold, or
 * CR and LF, which would become one line end, an empty CDATA section keeps them
 * apart.
 */
export function applySplices(text: string, splices: Splice[]): string {
  const parts: string[] = [];
  let tail = "";
  let done = 0;
  const add = (part: string) => {
    parts.push(part);
    tail = (tail + part.slice(-2)).slice(-2);
  };
  for (const splice of [...splices].sort((a, b) => a.start - b.start)) {
    if (splice.start < done) throw new RangeError(`splices overlap at ${splice.start}`);
    addKept(text.slice(done, splice.start));
    if (splice.text !== "") add(splice.text);
    done = splice.end;
  }
  addKept(text.slice(done));
  return parts.join("");

  function addKept(part: string): void {
    if (part === "") return;
    const joined = tail + part.slice(0, 2);
    if (parts.length > 0 && (joined.includes("]]>") || (tail.endsWith("\r") && part.startsWith("\n")))) {
      add("<![CDATA[]]>");
    }
    add(part);
  }
}

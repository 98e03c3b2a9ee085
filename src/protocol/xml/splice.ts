/** A piece of text put in place of the part from `start` to `end`. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** The text with the splices made, which may stand in any order but not overlap. */
export function applySplices(text: string, splices: Splice[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const splice of [...splices].sort((a, b) => a.start - b.start)) {
    if (splice.start < done) throw new RangeError(`splices overlap at ${splice.start}`);
    parts.push(text.slice(done, splice.start), splice.text);
    done = splice.end;
  }
  parts.push(text.slice(done));
  return parts.join("");
}

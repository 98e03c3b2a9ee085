export interface DiffOptions {
  /** Unchanged lines shown around a change. */
  context?: number;
  /** Longest output, in characters. */
  maxLength?: number;
}

/** A change of the lines `from` to `fromEnd` of the old text into `to` to `toEnd` of the new one. */
interface Change {
  from: number;
  fromEnd: number;
  to: number;
  toEnd: number;
}

/** Lines longer than this are truncated in the output. */
const MAX_LINE = 500;

/** Longer texts that differ are not split into lines: only their beginnings are shown. */
const MAX_SPLIT = 1024 * 1024;

/** The limit of line comparisons: beyond it the differing part is shown as one block. */
const MAX_COMPARED = 4_000_000;

/**
 * What changed between two texts, as `diff -u` prints it but without the two
 * header lines; `""` when nothing did. Bounded in time and length: long lines,
 * long outputs and very different texts are truncated, with a note.
 */
export function diff(before: string, after: string, options: DiffOptions = {}): string {
  if (before === after) return "";
  const context = options.context ?? 3;
  const part = differingPart(before, after, context);
  const old = splitLines(part.old);
  const now = splitLines(part.now);
  const changes = findChanges(old, now);
  const out: string[] = [];
  for (let i = 0; i < changes.length;) {
    let last = i;
    // Changes whose contexts touch share a hunk.
    while (last + 1 < changes.length && changes[last + 1]!.from - changes[last]!.fromEnd <= 2 * context) {
      last++;
    }
    for (const line of hunk(old, now, changes.slice(i, last + 1), context, part.line)) out.push(line);
    i = last + 1;
  }
  if (part.cut > 0) out.push(`... (${part.cut} more characters differ)`);
  return shorten(out, options.maxLength ?? 65_536);
}

function hunk(old: string[], now: string[], changes: Change[], context: number, line: number): string[] {
  const first = changes[0]!;
  const last = changes[changes.length - 1]!;
  const from = Math.max(0, first.from - context);
  const fromEnd = Math.min(old.length, last.fromEnd + context);
  const to = first.to - (first.from - from);
  const toEnd = last.toEnd + (fromEnd - last.fromEnd);
  const out = [`@@ -${range(line + from, line + fromEnd)} +${range(line + to, line + toEnd)} @@`];
  let at = from;
  for (const change of changes) {
    for (; at < change.from; at++) out.push(show(" ", old[at]!));
    for (; at < change.fromEnd; at++) out.push(show("-", old[at]!));
    for (let i = change.to; i < change.toEnd; i++) out.push(show("+", now[i]!));
  }
  for (; at < fromEnd; at++) out.push(show(" ", old[at]!));
  return out;
}

function range(from: number, end: number): string {
  return `${end === from ? from : from + 1},${end - from}`;
}

function show(sign: string, line: string): string {
  const ended = line.endsWith("\n");
  const text = ended ? line.slice(0, -1) : line;
  const cut = text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}... (${text.length} characters)` : text;
  return `${sign}${cut}${ended ? "" : "\n\\ No newline at end of file"}`;
}

function shorten(lines: string[], maxLength: number): string {
  let length = 0;
  for (let i = 0; i < lines.length; i++) {
    length += lines[i]!.length + 1;
    if (length > maxLength) {
      return `${lines.slice(0, i).map((line) => `${line}\n`).join("")}... (${lines.length - i} more lines)\n`;
    }
  }
  return `${lines.join("\n")}\n`;
}

/**
 * The differing whole lines of two texts, with that much context: a document
 * may have millions of lines, and an edit touches a few.
 */
function differingPart(before: string, after: string, context: number) {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before.charCodeAt(same) === after.charCodeAt(same)) same++;
  const start = lineStart(before, same, context);
  let tail = 0;
  const most = shorter - same;
  while (
    tail < most &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) tail++;
  const end = lineEnd(before, before.length - tail, context) - (before.length - tail);
  let line = 0;
  for (let at = before.indexOf("\n"); at >= 0 && at < start; at = before.indexOf("\n", at + 1)) line++;
  const old = before.slice(start, before.length - tail + end);
  const now = after.slice(start, after.length - tail + end);
  if (old.length + now.length <= MAX_SPLIT) return { old, now, line, cut: 0 };
  const [oldStart, nowStart] = [wholeLines(old), wholeLines(now)];
  return {
    old: oldStart,
    now: nowStart,
    line,
    cut: old.length + now.length - oldStart.length - nowStart.length,
  };
}

/** The start of the line that is that many lines above an offset's. */
function lineStart(text: string, offset: number, above: number): number {
  let at = offset;
  for (let left = above; at > 0; left--) {
    at = text.lastIndexOf("\n", at - 1);
    if (at < 0) return 0;
    if (left === 0) return at + 1;
  }
  return 0;
}

/** The end of the line that is that many lines below an offset's. */
function lineEnd(text: string, offset: number, below: number): number {
  let at = offset;
  for (let left = below; left >= 0; left--) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}

function wholeLines(text: string): string {
  if (text.length <= MAX_SPLIT / 2) return text;
  const start = text.slice(0, MAX_SPLIT / 2);
  const end = start.lastIndexOf("\n") + 1;
  return end > 0 ? start.slice(0, end) : start;
}

/** Lines with their line ends, so that a changed line end is a change. */
function splitLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

function findChanges(old: string[], now: string[]): Change[] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let oldEnd = old.length;
  let nowEnd = now.length;
  while (oldEnd > start && nowEnd > start && old[oldEnd - 1] === now[nowEnd - 1]) {
    oldEnd--;
    nowEnd--;
  }
  const rows = oldEnd - start;
  const columns = nowEnd - start;
  if (rows * columns > MAX_COMPARED || rows === 0 || columns === 0) {
    return [{ from: start, fromEnd: oldEnd, to: start, toEnd: nowEnd }];
  }
  return walk(old.slice(start, oldEnd), now.slice(start, nowEnd), start);
}

/** The longest common subsequence by the textbook table, which `MAX_COMPARED` bounds; then the gaps between its lines. */
function walk(old: string[], now: string[], offset: number): Change[] {
  const width = now.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      common[i * width + j] = old[i] === now[j]
        ? common[(i + 1) * width + j + 1]! + 1
        : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  const changes: Change[] = [];
  let open: Change | undefined;
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      open = undefined;
      i++;
      j++;
      continue;
    }
    if (open === undefined) {
      open = { from: offset + i, fromEnd: offset + i, to: offset + j, toEnd: offset + j };
      changes.push(open);
    }
    const down = i < old.length ? common[(i + 1) * width + j]! : -1;
    const right = j < now.length ? common[i * width + j + 1]! : -1;
    if (i < old.length && down >= right) open.fromEnd = offset + ++i;
    else open.toEnd = offset + ++j;
  }
  return changes;
}

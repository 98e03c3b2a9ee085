/**
 * A text's first and last thousand characters or so, with a line between them
 * that says how many are left out; the whole of a shorter one.
 *
 * @param most of each end
 */
export function firstAndLast(text: string, most = 1024): string {
  const left = text.length - 2 * most;
  if (left <= 0) return text;
  return `${text.slice(0, most)}\n… ${left} characters …\n${text.slice(-most)}`;
}

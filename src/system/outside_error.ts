/**
 * What the system said, in the words of this program's messages, where an error is the system's and not a
 * fault of this program: `/var/log/x: permission denied` of "Permission denied (os error 13): open '/var/log/x'".
 */
export function outsideMessage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const [, text, path] = /^(.+?) \(os error \d+\)(?:: \w+ '(.*?)')?/s.exec(error.message) ?? [];
  if (text === undefined) return undefined;
  return path === undefined ? text.toLowerCase() : `${path}: ${text.toLowerCase()}`;
}

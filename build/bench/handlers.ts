/** Handlers to measure: each is the text of one file. */

function handler(manifest: string, body: string, on = "qemu/prepare"): string {
  return `// ---\n// on: [${on}]\n${manifest.replace(/^(?=.)/gm, "// ")}// ---\nexport default ${body}\n`;
}

/** Reads the guest's name and its memory: what the rivals' scripts do. */
const READING = `({ domain, name }) => {
  if (domain.name !== name || !(domain.memoryKiB > 0)) throw new Error("not the domain that was sent");
};`;

export const READS = handler("", READING);

/** The same before a guest starts and after it has ended. */
export const READS_AT_BOTH_ENDS = handler("", READING, "qemu/prepare, qemu/release");

/** Never matches. */
export const OTHER_GUEST = handler("guests: [somebody-else]\n", "() => {};");

export const NOTHING = handler("", "() => {};");

/** Parses the XML and looks at nothing. */
export const PARSES = handler("", "(event) => void event.domain;");

export const EXEC = handler(
  "allow:\n  exec: [/usr/bin/true]\n",
  `async (_event, host) => {
  await host.exec("/usr/bin/true", []);
};`,
);

/** Sets a value that is restored when the guest is gone. */
export function setsFile(path: string): string {
  return handler(
    `allow:\n  write: [${path}]\n`,
    `async (_event, host) => {
  await host.fs.set("${path}", "performance");
};`,
  );
}

const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Reads a size: a whole number and its unit, `512KiB`, `16MiB`, `1GiB`. */
export function parseSize(text: string): { bytes: number } | { error: string; hint: string } {
  const [, digits, unit] = /^(\d{1,6}) ?(KiB|MiB|GiB)$/.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit ?? ""] ?? 0);
  if (bytes > 0) return { bytes };
  const hint = /^\d+ ?[kmg]b?$/i.test(text)
    ? `units of 1024: ${text.replace(/ ?([kmg])b?$/i, (_, u) => `${u.toUpperCase()}iB`)}`
    : "write it like 512KiB or 16MiB";
  return { error: `"${text}" is not a size`, hint };
}

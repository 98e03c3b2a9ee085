import type { Size } from "../../handlers/handler.d.ts";
import type { XmlElement } from "./xml/document.ts";
import { compact } from "./xml/read.ts";

const POWERS = "kmgtpe";

/** How many bytes a unit is worth, as libvirt's virScaleInteger has it: `KB` is 1000, `k` and `KiB` are 1024, in any case. Undefined for an unknown one. */
export function unitBytes(unit: string): bigint | undefined {
  if (/^(b|bytes?)$/i.test(unit)) return 1n;
  const match = /^([kmgtpe])(ib|b)?$/i.exec(unit);
  if (match === null) return undefined;
  const base = match[2]?.toLowerCase() === "b" ? 1000n : 1024n;
  return base ** BigInt(POWERS.indexOf(match[1]!.toLowerCase()) + 1);
}

/**
 * A number with a unit. The default unit is KiB, as it is everywhere in a
 * domain's memory settings. Undefined if it is invalid or too large for an
 * exact JavaScript number (in KiB: 8 ZiB).
 */
export function size(value: string | undefined, unit: string | undefined): Size | undefined {
  const text = value?.trim() ?? "";
  // 20 digits are more than 64 bits; libvirt accepts no longer number.
  if (!/^[0-9]{1,20}$/.test(text)) return undefined;
  const scale = unitBytes(unit || "KiB");
  if (scale === undefined) return undefined;
  const bytes = BigInt(text) * scale;
  const KiB = (bytes + 1023n) / 1024n;
  if (KiB > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return compact<Size>({
    value: text,
    unit: unit || "KiB",
    bytes: bytes <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bytes) : undefined,
    KiB: Number(KiB),
  });
}

/** The size in an element's text, its unit in `@unit`. */
export function elementSize(element: XmlElement | undefined): Size | undefined {
  return element === undefined ? undefined : size(element.textContent, element.attribute("unit"));
}

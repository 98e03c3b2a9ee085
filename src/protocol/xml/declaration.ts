import { isSpace } from "./characters.ts";
import { type Fault, shown } from "./fault.ts";

const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$/;

/**
 * Where the XML declaration that may stand at `from` ends (`from` when there is
 * none). Version 1.x and the encoding UTF-8 are accepted: libvirt passes only
 * UTF-8 to a hook.
 */
export function declarationEnd(text: string, from: number): number | Fault {
  if (!text.startsWith("<?xml", from) || !isSpace(text.charCodeAt(from + 5))) return from;
  const end = text.indexOf("?>", from);
  if (end < 0) return { offset: from, message: "the XML declaration is not closed", hint: "it ends with ?>" };
  const declaration = text.slice(from, end + 2);
  const match = DECLARATION.exec(declaration);
  if (match === null) {
    return {
      offset: from,
      message: "malformed XML declaration",
      hint: `write <?xml version="1.0" encoding="UTF-8"?> or leave it out`,
    };
  }
  const version = match[1] ?? match[2] ?? "";
  if (!/^1\.[0-9]+$/.test(version)) {
    const offset = from + declaration.search(/["']/) + 1;
    return { offset, message: `XML version ${shown(version)} is not supported`, hint: "write 1.0" };
  }
  const encoding = match[3] ?? match[4];
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
    const offset = from + /encoding[ \t\r\n]*=[ \t\r\n]*["']/.exec(declaration)!.index;
    return {
      offset,
      message: `encoding ${shown(encoding) || "(empty)"} is not supported`,
      hint: "libvirt's XML is UTF-8; convert it and drop the encoding",
    };
  }
  return end + 2;
}

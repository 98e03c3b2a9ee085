/** The domains that handlers and rivals read: one recorded from libvirt, and one enlarged to a real guest's size. */
export interface Domain {
  /** `1.2 KB` or `8 KB`. */
  size: string;
  guest: string;
  xml: Uint8Array<ArrayBuffer>;
}

const SMALL = "test/fixtures/9.0.0/078-qemu-prepare";
const LARGE = "test/fixtures/9.0.0/211-qemu-started";
const LARGE_BYTES = 8 * 1024;

/** A domain as libvirt 9.0.0 sent it. */
export function smallDomain(): Domain {
  return domain("1.2 KB", SMALL, Deno.readTextFileSync(`${SMALL}.xml`));
}

/** A recorded domain with its own network interface repeated until it has 8 KB. */
export function largeDomain(): Domain {
  const xml = Deno.readTextFileSync(`${LARGE}.xml`);
  const [element] = /^ *<interface[^]*?<\/interface>\n/m.exec(xml) ?? [];
  if (element === undefined) throw new Error(`${LARGE}.xml has no interface to repeat`);
  const times = Math.ceil((LARGE_BYTES - xml.length) / element.length);
  return domain("8 KB", LARGE, xml.replace(element, () => element.repeat(times + 1)));
}

function domain(size: string, recording: string, xml: string): Domain {
  // The recorded arguments, one a line: argv[0], then the guest.
  const [, guest] = Deno.readTextFileSync(`${recording}.args`).split("\n");
  if (!guest || !xml.includes(`<name>${guest}</name>`)) {
    throw new Error(`${recording}: arguments and XML disagree`);
  }
  return { size, guest, xml: new TextEncoder().encode(xml) };
}

const FOLDER = new URL("../../fixtures/", import.meta.url);

/** A document recorded from a real libvirtd. */
export interface Fixture {
  /** `12.8.0/005-qemu-started.xml`. */
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Every recorded document that is not empty. */
export function recordedDocuments(): Fixture[] {
  return ["9.0.0", "12.8.0"].flatMap((version) =>
    [...Deno.readDirSync(new URL(`${version}/`, FOLDER))]
      .map((entry) => `${version}/${entry.name}`)
      .filter((name) => name.endsWith(".xml"))
      .sort()
      .map((name) => ({ name, bytes: Deno.readFileSync(new URL(name, FOLDER)) }))
      .filter(({ bytes }) => bytes.length > 0)
  );
}

/** Every document that handlers' models are compared for: the recorded ones, and those of test/fixtures/xml/README.md. */
export function allDocuments(): Fixture[] {
  const others = ["xml/libvirt-9.0.0", "xml/by-hand"].flatMap((folder) =>
    [...Deno.readDirSync(new URL(`${folder}/`, FOLDER))]
      .map((entry) => `${folder}/${entry.name}`)
      .filter((name) => name.endsWith(".xml"))
      .sort()
      .map((name) => ({ name, bytes: Deno.readFileSync(new URL(name, FOLDER)) }))
  );
  return [...recordedDocuments(), ...others];
}

/** The text of one file under test/fixtures/. */
export function fixtureText(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

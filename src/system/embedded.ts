/**
 * A file that the build put into the executable, or that lies in `dist/` when
 * the sources run directly: both have the same path from here, because the
 * bundle lies in dist/bundle/.
 */
export function embeddedFile(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../../dist/${name}`, import.meta.url));
}

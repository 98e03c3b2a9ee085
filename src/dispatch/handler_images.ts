import { extractFrontMatter } from "../manifest/front_matter.ts";
import type { IndexedHandler } from "../manifest/handler_index.ts";
import { EngineMaker } from "../sandbox/make_engine.ts";
import { privateDirectory, removeOthersIn } from "../system/private_directory.ts";
import { writePrivateBytes } from "../system/private_file.ts";
import { SystemError } from "../system/system_error.ts";

/** More handlers than this get no image: each takes a quarter of a megabyte of the state directory. */
const MOST = 64;
/** Making images ends when the call is this old, in milliseconds: the next call goes without the others. */
const UNTIL_MS = 1500;

/**
 * Leaves an image for each handler of an index, and its tag in the index: an
 * engine that has the handler's code read but has run nothing of it. Images of
 * handlers that are gone are removed.
 */
export function keepImages(handlers: IndexedHandler[], directory: string): void {
  if (privateDirectory(directory) !== undefined || handlers.length > MOST) return;
  removeOthersIn(directory, new Set(handlers.map(({ fileName }) => fileName)));
  const maker = new EngineMaker();
  const isLate = () => performance.now() > UNTIL_MS;
  for (const handler of handlers) {
    const front = extractFrontMatter(handler.fileName, handler.source);
    if ("issue" in front || handler.manifest === undefined) continue;
    const tag = 1 + Math.floor(Math.random() * 0xfffffffe);
    try {
      const image = maker.imageOf(front.frontMatter.code, handler.fileName, tag, isLate);
      if (image === undefined || isLate()) continue;
      writePrivateBytes(`${directory}/${handler.fileName}`, image);
      handler.image = tag;
    } catch (error) {
      // A full disk, or code that the engine cannot read in time: it is read again when it is due.
      if (!(error instanceof SystemError) && !isEngineLost(error)) throw error;
    }
  }
}

function isEngineLost(error: unknown): boolean {
  return error instanceof Error && error.name === "EngineLost";
}

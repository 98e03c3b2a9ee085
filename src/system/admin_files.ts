/** File access for admin commands. A failure is an `AdminFileError` with one line that names the path. */
export class AdminFileError extends Error {
  override readonly name = "AdminFileError";
  /** Nothing has that name. */
  readonly missing: boolean;
  /** Something already has that name. */
  readonly exists: boolean;

  constructor(path: string, cause: unknown) {
    const exists = cause instanceof Deno.errors.AlreadyExists;
    super(exists ? `${path} already exists and was not changed` : `${path}: ${reason(cause)}`, { cause });
    this.missing = cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory;
    this.exists = exists;
  }
}

/** "No such file or directory (os error 2): readfile '/x'" is "no such file or directory". */
function reason(cause: unknown): string {
  const said = cause instanceof Error ? cause.message : String(cause);
  const [, text] = /^(.+?) \(os error \d+\)/.exec(said) ?? [];
  return text === undefined ? said : text.toLowerCase();
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new AdminFileError(path, error);
  }
}

/** Creates a file that must not exist yet. */
export function createFile(path: string, text: string, mode = 0o644): void {
  attempt(path, () => {
    Deno.writeTextFileSync(path, text, { createNew: true, mode });
    // The umask may have taken bits away.
    Deno.chmodSync(path, mode);
  });
}

/** Creates or replaces a file as a whole: a reader sees the old text or the new. */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  const temporary = `${path}.${Deno.pid}.new`;
  attempt(path, () => {
    try {
      Deno.writeTextFileSync(temporary, text, { createNew: true, mode });
      Deno.chmodSync(temporary, mode);
      Deno.renameSync(temporary, path);
    } catch (error) {
      removeQuietly(temporary);
      throw error;
    }
  });
}

/** Renames a file within its file system; an existing file is not changed. */
export function moveFile(from: string, to: string): void {
  attempt(to, () => {
    Deno.linkSync(from, to);
    Deno.removeSync(from);
  });
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never created.
  }
}

/** Creates a directory and its parents where they are missing. */
export function makeDirectory(path: string, mode = 0o755): void {
  attempt(path, () => Deno.mkdirSync(path, { recursive: true, mode }));
}

/** The whole text of a file, undefined if it does not exist. Bytes that are not UTF-8 become U+FFFD. */
export function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    const failure = new AdminFileError(path, error);
    if (failure.missing) return undefined;
    throw failure;
  }
}

export function makeLink(path: string, target: string): void {
  attempt(path, () => Deno.symlinkSync(target, path));
}

/** Replaces an existing link: a reader finds the old one or the new. */
export function replaceLink(path: string, target: string, temporary: string): void {
  attempt(path, () => {
    try {
      Deno.symlinkSync(target, temporary);
      Deno.renameSync(temporary, path);
    } catch (error) {
      removeQuietly(temporary);
      throw error;
    }
  });
}

/** Removes an empty directory; returns whether it did. */
export function removeEmpty(path: string): boolean {
  try {
    Deno.removeSync(path);
    return true;
  } catch {
    // It is not empty, does not exist, or we may not remove it.
    return false;
  }
}

export function remove(path: string): void {
  attempt(path, () => Deno.removeSync(path));
}

/** Removes the files in a directory whose names begin with `prefix`. */
export function removeNamed(path: string, prefix: string): void {
  attempt(path, () => {
    for (const { name } of Deno.readDirSync(path)) {
      if (name.startsWith(prefix)) Deno.removeSync(`${path}/${name}`);
    }
  });
}

/** Removes a directory and its contents, if it exists. */
export function removeTree(path: string): void {
  attempt(path, () => {
    try {
      Deno.removeSync(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  });
}

/** The directory in which this process was started. */
export function workingDirectory(): string {
  return Deno.cwd();
}

/** The path of the compiled program that this process runs. */
export function executable(): string {
  return Deno.execPath();
}

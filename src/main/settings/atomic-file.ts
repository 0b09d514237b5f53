import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';

/** Larger than any settings file; a file above it counts as damaged and is not read. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * What reading a file gave. A damaged file has been renamed to `setAsideAs` (absent when even that failed), so the
 * next write cannot lose it; the caller goes on with its defaults and tells the person.
 */
export type JsonFile<T> =
  | { readonly tag: 'read'; readonly value: T }
  | { readonly tag: 'missing' }
  /** A later version of the program wrote it; it has been left alone. */
  | { readonly tag: 'newer' }
  | { readonly tag: 'damaged'; readonly path: string; readonly setAsideAs?: string; readonly problem: string };

const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/**
 * Reads and validates a JSON file. What does not fit and says a higher `version` than `newestVersion` is newer, not damaged. Rejects only for errors that
 * are not the file's content (permission, I/O).
 */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>, newestVersion = Infinity): Promise<JsonFile<T>> {
  let text: string | undefined;
  try {
    if ((await stat(path)).size <= MAX_FILE_BYTES) text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { tag: 'missing' };
    throw error;
  }
  let problem: string;
  try {
    if (text === undefined) throw new RangeError(`larger than ${MAX_FILE_BYTES} bytes`);
    const value: unknown = JSON.parse(text);
    const parsed = schema.safeParse(value);
    if (parsed.success) return { tag: 'read', value: parsed.data };
    if (versionOf(value) > newestVersion) return { tag: 'newer' };
    const issue = parsed.error.issues[0];
    problem = issue === undefined ? 'does not match its schema' : `${issue.path.map(String).join('.') || 'file'}: ${issue.message}`;
  } catch (error) {
    // The parser's message quotes the text, which may be a secret: only the kind of error is passed on.
    problem = error instanceof SyntaxError ? 'is not JSON' : error instanceof Error ? error.message : 'cannot be read';
  }
  const setAsideAs = await setAside(path);
  return { tag: 'damaged', path, problem, ...(setAsideAs === undefined ? {} : { setAsideAs }) };
}

function versionOf(value: unknown): number {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  return typeof version === 'number' && Number.isInteger(version) ? version : 0;
}

/** Renames the file that the next write would replace. Resolves with the new path, or undefined when it could not be renamed. */
export async function setAside(path: string): Promise<string | undefined> {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  try {
    await rename(path, aside);
    return aside;
  } catch {
    return undefined;
  }
}

const lastWrite = new Map<string, Promise<void>>();

/**
 * Writes a file that only its owner can read, whatever stood there before: a new file in its place, so that neither old permissions nor old readers see
 * it, and no reader sees a part. Resolves when it is on the disk.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    // Private from the first byte: settings and accounts hold access tokens.
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolderOf(path);
}

async function writeOnce(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writePrivateFile(path, text);
}

async function syncFolderOf(path: string): Promise<void> {
  // The rename itself survives a power cut only once the directory is on disk; Windows cannot open one and needs none.
  if (process.platform === 'win32') return;
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Writes `value` as JSON so that a reader sees the old file or the new one and never a part: temporary file, fsync, rename.
 * Writes to one path happen in the order of the calls. Resolves when this value is on disk.
 */
export function writeJsonFile(path: string, value: unknown): Promise<void> {
  return writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** The same with a text. */
export function writeTextFile(path: string, text: string): Promise<void> {
  const key = resolve(path);
  const before = lastWrite.get(key) ?? Promise.resolve();
  const mine = before.then(
    () => writeOnce(key, text),
    () => writeOnce(key, text),
  );
  lastWrite.set(key, mine);
  const forget = (): void => {
    if (lastWrite.get(key) === mine) lastWrite.delete(key);
  };
  mine.then(forget, forget);
  return mine;
}

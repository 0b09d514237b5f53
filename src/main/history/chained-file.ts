import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setAside, writeTextFile } from '../settings/atomic-file.ts';
import type { DamagedFile } from '../settings/stored-file.ts';

/** A record is shortened far below this; what is larger is none of ours. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

export interface LinesFile {
  /** What was in it at the start; undefined where there was none, or none that could be read. */
  readonly text: string | undefined;
  readonly damaged: DamagedFile | undefined;
  /** Adds what stands in `waiting`, and takes it out of there once it is on the disk. Where the disk refuses it, it stays for the next call. */
  append(waiting: string[]): Promise<void>;
  /** Puts these lines in the place of all; a reader sees the old ones or the new ones. */
  replace(lines: readonly string[]): Promise<void>;
  /** Resolves when everything so far is on the disk or has failed. */
  flush(): Promise<void>;
}

/** A file of lines that only grows. One that cannot be read is set aside and never keeps the app from starting. */
export async function openLinesFile(path: string): Promise<LinesFile> {
  let text: string | undefined;
  let damaged: DamagedFile | undefined;
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new RangeError(`larger than ${MAX_FILE_BYTES} bytes`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      damaged = { file: basename((await setAside(path)) ?? path), problem: error instanceof Error ? error.message : 'cannot be read' };
  }
  let tail: Promise<void> = Promise.resolve();
  /** The last line may be half of one: power or a full disk has cut it. */
  let ragged = text !== undefined && text !== '' && !text.endsWith('\n');
  const inOrder = (act: () => Promise<void>): Promise<void> => {
    const done = tail.then(act);
    tail = done.catch(() => undefined);
    return done;
  };
  return {
    text,
    damaged,
    append: (waiting) =>
      inOrder(async () => {
        const lines = [...waiting];
        if (lines.length === 0) return;
        const begin = ragged ? '\n' : '';
        ragged = true;
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const file = await open(path, 'a', 0o600);
        try {
          await file.appendFile(`${begin}${lines.join('\n')}\n`, 'utf8');
          await file.datasync();
        } finally {
          await file.close();
        }
        ragged = false;
        waiting.splice(0, lines.length);
      }),
    replace: (lines) =>
      inOrder(async () => {
        await writeTextFile(path, lines.map((line) => `${line}\n`).join(''));
        ragged = false;
      }),
    flush: () => tail,
  };
}

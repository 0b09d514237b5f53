/* What all files of this room share: one value, loaded once, kept in memory, written atomically after every change. */
import { basename } from 'node:path';
import type { z } from 'zod';
import { readJsonFile, setAside, writeJsonFile } from './atomic-file.ts';

/** A file that could not be read: it was renamed to `file` (a name without its folder) and the defaults are in use. */
export interface DamagedFile {
  readonly file: string;
  readonly problem: string;
}

export interface StoredFile<T> {
  readonly value: T;
  /** The damage that loading found. */
  readonly damaged: DamagedFile | undefined;
  /** A later version wrote the file: it is left alone, so nothing that is set outlives this run. */
  readonly newer: boolean;
  /** Replaces the value at once. Resolves when the file is on disk; rejects when it cannot be written, and keeps the value. */
  set(value: T): Promise<void>;
  /** Resolves when everything set so far is on disk or has failed. */
  flush(): Promise<void>;
}

/**
 * Loads `path`. Missing, damaged and newer files give `initial`, whose version is the newest that this program knows; a damaged one has been set aside by then. A file that the system does not let us
 * read counts as damaged too: one bad file never keeps the app from starting, and nothing is written over it.
 */
export async function openStoredFile<T extends { readonly version: number }>(
  path: string,
  schema: z.ZodType<T>,
  initial: T,
): Promise<StoredFile<T>> {
  let value = initial;
  let damaged: DamagedFile | undefined;
  let newer = false;
  try {
    const read = await readJsonFile(path, schema, initial.version);
    if (read.tag === 'read') value = read.value;
    else if (read.tag === 'newer') newer = true;
    else if (read.tag === 'damaged') damaged = { file: basename(read.setAsideAs ?? read.path), problem: read.problem };
  } catch (error) {
    damaged = { file: basename((await setAside(path)) ?? path), problem: error instanceof Error ? error.message : 'cannot be read' };
  }
  let pending: Promise<void> = Promise.resolve();
  return {
    get value() {
      return value;
    },
    damaged,
    newer,
    set(next) {
      value = next;
      if (newer) return Promise.resolve();
      const written = writeJsonFile(path, next);
      pending = written.catch(() => undefined);
      return written;
    },
    flush: () => pending,
  };
}

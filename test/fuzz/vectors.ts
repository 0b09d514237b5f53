import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Inputs that once broke a rule, one folder a target. */
export const VECTORS = join(ROOT, 'test', 'vectors', 'fuzz');
/** Inputs that reached something new in earlier runs; may be deleted at any time. */
export const CORPUS = join(ROOT, '.cache', 'fuzz');

/** Files of a target's folder by name; none when it has no folder. */
export function inputsOf(folder: string, target: string): ReadonlyMap<string, Uint8Array> {
  const path = join(folder, target);
  if (!existsSync(path)) return new Map();
  return new Map(readdirSync(path).map((file) => [file, Uint8Array.from(readFileSync(join(path, file)))]));
}

export function targetsWithInputs(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** The path of the file. */
export function keepInput(folder: string, target: string, input: Uint8Array): string {
  const path = join(folder, target);
  mkdirSync(path, { recursive: true });
  const file = join(path, `${createHash('sha256').update(input).digest('hex').slice(0, 12)}.bin`);
  writeFileSync(file, input);
  return file;
}

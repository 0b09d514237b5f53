import { link, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJsonFile, writeJsonFile, writePrivateFile } from '../../../src/main/settings/atomic-file.ts';

const schema = z.strictObject({ count: z.number() });
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ringback-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('atomic file', () => {
  it('gives back what was written, in a private file, in a folder it makes', async () => {
    const path = join(directory, 'deep', 'settings.json');
    await writeJsonFile(path, { count: 7 });
    expect(await readJsonFile(path, schema)).toEqual({ tag: 'read', value: { count: 7 } });
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('keeps the order of the calls, and leaves no temporary file', async () => {
    const path = join(directory, 'a.json');
    await Promise.all(Array.from({ length: 40 }, (_, count) => writeJsonFile(path, { count })));
    expect(await readJsonFile(path, schema)).toEqual({ tag: 'read', value: { count: 39 } });
    expect(await readdir(directory)).toEqual(['a.json']);
  });

  it('never shows a reader a part of a file', async () => {
    const path = join(directory, 'a.json');
    await writeJsonFile(path, { count: 0 });
    const writes = Array.from({ length: 30 }, (_, count) => writeJsonFile(path, { count }));
    for (let index = 0; index < 30; index += 1) expect(JSON.parse(await readFile(path, 'utf8'))).toHaveProperty('count');
    await Promise.all(writes);
  });

  it.skipIf(process.platform === 'win32')(
    'is private whatever stood there before, and whoever reads the old file reads the old file',
    async () => {
      const path = join(directory, 'Ringback.msrcIncident');
      await writeFile(path, 'old', { mode: 0o644 });
      await link(path, join(directory, 'a further name'));
      const reader = await open(path, 'r');
      await writePrivateFile(path, 'new');
      expect(await readFile(path, 'utf8')).toBe('new');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await reader.readFile('utf8')).toBe('old');
      await reader.close();
      expect(await readFile(join(directory, 'a further name'), 'utf8')).toBe('old');
      expect((await readdir(directory)).sort()).toEqual(['Ringback.msrcIncident', 'a further name']);
    },
  );

  it('goes on after a failed write', async () => {
    const path = join(directory, 'a.json');
    await writeFile(join(directory, 'file'), '');
    await expect(writeJsonFile(join(directory, 'file', 'a.json'), {})).rejects.toThrow();
    await writeJsonFile(path, { count: 1 });
    expect(await readJsonFile(path, schema)).toEqual({ tag: 'read', value: { count: 1 } });
  });

  it('says when there is none', async () => {
    expect(await readJsonFile(join(directory, 'none.json'), schema)).toEqual({ tag: 'missing' });
  });

  it.each([
    ['cut off', '{"count": 1', 'is not JSON'],
    ['of another shape', '{"count": "1"}', 'count: '],
    ['empty', '', 'is not JSON'],
  ])('sets a damaged file aside (%s) and keeps its bytes', async (_, text, problem) => {
    const path = join(directory, 'a.json');
    await writeFile(path, text);
    const result = await readJsonFile(path, schema);
    if (result.tag !== 'damaged' || result.setAsideAs === undefined) throw new Error(`not set aside: ${result.tag}`);
    expect(result.problem).toContain(problem);
    expect(result.setAsideAs.startsWith(`${path}.damaged-`)).toBe(true);
    expect(await readFile(result.setAsideAs, 'utf8')).toBe(text);
    expect(await readJsonFile(path, schema)).toEqual({ tag: 'missing' });
  });
});

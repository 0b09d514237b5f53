import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAX_HISTORY_ENTRIES, openSessionLog, type HistoryEntry } from '../../../src/main/history/session-log.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-history-'));
  path = join(folder, 'history.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (id: string, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id,
  role: 'expert',
  peer: { address: 'anna@home.example', friendlyName: 'Anna' },
  startedAtMs: 1_000,
  endedAtMs: 2_000,
  viewed: true,
  controlled: false,
  reason: 'closedByExpert',
  ...more,
});

it('keeps entries, newest first', async () => {
  const log = await openSessionLog(path);
  await log.add(entry('one'));
  await log.add(entry('two', { connectedBy: 'forward', address: '192.0.2.1:50000', connectedAtMs: 1_500 }));
  expect((await openSessionLog(path)).entries).toEqual([
    entry('two', { connectedBy: 'forward', address: '192.0.2.1:50000', connectedAtMs: 1_500 }),
    entry('one'),
  ]);
});

it('is bounded', async () => {
  const entries = Array.from({ length: MAX_HISTORY_ENTRIES }, (_, index) => entry(`old-${index}`));
  await writeFile(path, JSON.stringify({ version: 1, entries }));
  const log = await openSessionLog(path);
  await log.add(entry('new'));
  expect(log.entries).toHaveLength(MAX_HISTORY_ENTRIES);
  expect(log.entries[0]?.id).toBe('new');
  expect(log.entries.at(-1)?.id).toBe(`old-${MAX_HISTORY_ENTRIES - 2}`);
});

it('replaces an entry of the same id', async () => {
  const log = await openSessionLog(path);
  await log.add(entry('one'));
  await log.add(entry('one', { controlled: true }));
  expect(log.entries).toEqual([entry('one', { controlled: true })]);
});

it('cuts names that would be refused at the next start', async () => {
  const log = await openSessionLog(path);
  await log.add(entry('one', { peer: { address: 'a@b', friendlyName: 'x'.repeat(5_000) } }));
  expect((await openSessionLog(path)).damaged).toBeUndefined();
});

it('sets a damaged file aside and goes on', async () => {
  await writeFile(path, JSON.stringify({ version: 1, entries: [{ ...entry('one'), reason: 'bored' }] }));
  const log = await openSessionLog(path);
  expect(log.entries).toEqual([]);
  const kept = log.damaged?.file ?? '';
  await log.add(entry('two'));
  expect(await readFile(join(folder, kept), 'utf8')).toContain('bored');
});

it('clears', async () => {
  const log = await openSessionLog(path);
  await log.add(entry('one'));
  await log.clear();
  expect((await openSessionLog(path)).entries).toEqual([]);
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INTERRUPTED, MAX_HISTORY_ENTRIES, openSessionLog } from '../../../src/main/history/session-log.ts';
import type { HistoryEntry } from '../../../src/protocol/assistance/status.ts';

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

describe('the session that runs', () => {
  it('is listed by the next start where the program did not come to its end', async () => {
    const log = await openSessionLog(path);
    await log.add(entry('before'));
    await log.keepRunning(entry('running', { reason: INTERRUPTED }));
    await log.keepRunning(entry('running', { reason: INTERRUPTED, controlled: true }));
    expect(log.entries).toEqual([entry('before')]);
    const next = await openSessionLog(path);
    expect(next.entries).toEqual([entry('running', { reason: INTERRUPTED, controlled: true }), entry('before')]);
    expect(await readFile(path, 'utf8')).not.toContain('"running":');
  });

  it('is not listed twice when it has ended', async () => {
    const log = await openSessionLog(path);
    await log.keepRunning(entry('running', { reason: INTERRUPTED }));
    await log.clear();
    await log.add(entry('other'));
    await log.add(entry('running'));
    expect((await openSessionLog(path)).entries).toEqual([entry('running'), entry('other')]);
  });

  it('that cannot be read is passed over', async () => {
    await writeFile(path, JSON.stringify({ version: 1, entries: [entry('one')], running: { id: 7 } }));
    const log = await openSessionLog(path);
    expect([log.entries, log.damaged]).toEqual([[entry('one')], undefined]);
  });
});

it('sets a damaged file aside and goes on', async () => {
  await writeFile(path, JSON.stringify({ version: 1, entries: [{ ...entry('one'), viewed: 'perhaps' }] }));
  const log = await openSessionLog(path);
  expect(log.entries).toEqual([]);
  const kept = log.damaged?.file ?? '';
  await log.add(entry('two'));
  expect(await readFile(join(folder, kept), 'utf8')).toContain('perhaps');
});

it('clears', async () => {
  const log = await openSessionLog(path);
  await log.add(entry('one'));
  await log.clear();
  expect((await openSessionLog(path)).entries).toEqual([]);
});

describe('files of other versions', () => {
  /** As the first version wrote it, before ways had a list. */
  const EARLIER = `{
    "version": 1,
    "entries": [
      {"id":"b","role":"novice","peer":{"address":"bob@home","friendlyName":"Bob"},"startedAtMs":10,"connectedAtMs":11,"endedAtMs":12,
       "connectedBy":"reverse","address":"192.168.1.2:49152","viewed":true,"controlled":true,"reason":"stoppedByNovice"},
      {"id":"a","role":"expert","peer":{"address":"ann@home","friendlyName":""},"startedAtMs":1,"endedAtMs":2,
       "viewed":false,"controlled":false,"reason":"noConnection"}
    ]
  }`;

  /** A way, a reason, fields at every level and an entry that this version does not know. */
  const LATER = {
    version: 3,
    sorted: 'by heart',
    entries: [
      {
        ...entry('one', { connectedBy: 'pigeon', reason: 'hawk' }),
        peer: { address: 'anna@home.example', friendlyName: 'Anna', network: 'xmpp' },
        relayed: { through: 'loft' },
      },
      { id: 'two', kind: 'game', players: ['anna', 'bob'] },
      'three',
    ],
  };
  const onDisk = async (): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

  it('reads what the first version wrote', async () => {
    await writeFile(path, EARLIER);
    const log = await openSessionLog(path);
    expect(log.damaged).toBeUndefined();
    expect(log.entries).toEqual((JSON.parse(EARLIER) as { entries: unknown }).entries);
  });

  it('shows what it can of a later one', async () => {
    await writeFile(path, JSON.stringify(LATER));
    const log = await openSessionLog(path);
    expect(log.damaged).toBeUndefined();
    expect(log.entries).toMatchObject([{ id: 'one', connectedBy: 'pigeon', reason: 'hawk' }]);
  });

  it('writes back unharmed what a later one wrote', async () => {
    await writeFile(path, JSON.stringify(LATER));
    const log = await openSessionLog(path);
    await log.add(entry('new'));
    expect(log.entries.map(({ id }) => id)).toEqual(['new', 'one']);
    expect(await onDisk()).toEqual({ ...LATER, entries: [entry('new'), ...LATER.entries] });
  });

  it('clears those as well', async () => {
    await writeFile(path, JSON.stringify(LATER));
    const log = await openSessionLog(path);
    await log.clear();
    expect(log.entries).toEqual([]);
    expect(await onDisk()).toEqual({ ...LATER, entries: [] });
  });
});

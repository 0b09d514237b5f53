import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS_A_PEER, MAX_HISTORY_ENTRIES } from '../../../src/main/history/listed-sessions.ts';
import { INTERRUPTED, MAX_LINES, openSessionLog, type SessionLog } from '../../../src/main/history/session-log.ts';
import { FIRST, hashOf, writeLine } from '../../../src/main/history/record-lines.ts';
import type { HistoryEntry } from '../../../src/protocol/assistance/status.ts';

let folder: string;
let path: string;
let nowMs: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-history-'));
  path = join(folder, 'history.jsonl');
  nowMs = 5_000;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): Promise<SessionLog> => openSessionLog(path, () => nowMs);
const fileLines = async (): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').filter(Boolean);
const ids = ({ entries }: SessionLog): string[] => entries.map(({ id }) => id);

const { reason: _, viewed: __, controlled: ___, endedAtMs: ____, ...SESSION } = entry('running', { connectedBy: 'reverse' });

function entry(id: string, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    id,
    role: 'expert',
    peer: { address: 'anna@home.example', friendlyName: 'Anna' },
    startedAtMs: 1_000,
    endedAtMs: 2_000,
    viewed: true,
    controlled: false,
    reason: 'closedByExpert',
    ...more,
  };
}

const attempt = (id: string, startedAtMs: number, more: Partial<HistoryEntry> = {}): HistoryEntry =>
  entry(id, { viewed: false, reason: 'cancelledByPeer', startedAtMs, endedAtMs: startedAtMs + 1, ...more });

describe('sessions', () => {
  it('are kept, newest first, with what a later version adds to them', async () => {
    const log = await open();
    const peer = { address: 'anna@home.example', friendlyName: 'Anna', verification: { tag: 'met', meetings: 1 } } as const;
    await log.add(entry('one', { peer, connectedBy: 'pigeon', reason: 'hawk' }));
    await log.add(entry('two', { connectedBy: 'forward', address: '192.0.2.1:50000', connectedAtMs: 1_500 }));
    const { entries, state, damaged } = await open();
    expect(entries).toEqual([
      entry('two', { connectedBy: 'forward', address: '192.0.2.1:50000', connectedAtMs: 1_500 }),
      entry('one', { peer, connectedBy: 'pigeon', reason: 'hawk' }),
    ]);
    expect([state, damaged]).toEqual([{}, undefined]);
  });

  it('are kept with the device that has answered instead', async () => {
    const log = await open();
    await log.add(attempt('one', 1_000, { reason: 'answeredElsewhere', answeredOn: 'laptop' }));
    const { entries, damaged } = await open();
    expect([entries.map(({ answeredOn }) => answeredOn), damaged]).toEqual([['laptop'], undefined]);
  });

  it('are on the disk as soon as they may be seen, and every grant and its end', async () => {
    const log = await open();
    await log.viewed(SESSION);
    nowMs = 6_000;
    await log.control('running', true);
    nowMs = 7_000;
    await log.control('running', false);
    nowMs = 8_000;
    await log.control('running', true);
    expect(ids(log)).toEqual([]);
    const told = (await fileLines()).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ kind, at, granted }) => [kind, at, granted])).toEqual([
      ['viewed', '1970-01-01T00:00:05.000Z', undefined],
      ['control', '1970-01-01T00:00:06.000Z', true],
      ['control', '1970-01-01T00:00:07.000Z', false],
      ['control', '1970-01-01T00:00:08.000Z', true],
    ]);
    await log.add(entry('running', { controlled: true, endedAtMs: 9_000 }));
    expect((await open()).entries).toEqual([
      entry('running', {
        controlled: true,
        endedAtMs: 9_000,
        grants: [
          { fromMs: 6_000, toMs: 7_000 },
          { fromMs: 8_000, toMs: 9_000 },
        ],
      }),
    ]);
  });

  it('that were cut off are listed by the next start, as long as they were known to run', async () => {
    const log = await open();
    await log.add(entry('before'));
    await log.viewed(SESSION);
    await log.control('running', true);
    nowMs = 65_000;
    await log.stillRuns('running');
    nowMs = 900_000;
    const next = await open();
    expect(next.entries).toEqual([
      {
        ...SESSION,
        endedAtMs: 65_000,
        viewed: true,
        controlled: true,
        grants: [{ fromMs: 5_000, toMs: 65_000 }],
        reason: INTERRUPTED,
      },
      entry('before'),
    ]);
    expect(ids(await open())).toEqual(['running', 'before']);
  });

  it('of the same id replace each other, and names are as long as the next start accepts', async () => {
    const log = await open();
    await log.add(entry('one'));
    await log.add(entry('one', { peer: { address: 'a@b', friendlyName: 'x'.repeat(5_000) } }));
    const next = await open();
    expect([ids(next), next.damaged, next.state]).toEqual([['one'], undefined, {}]);
  });
});

describe('bounds', () => {
  it('who asks and cancels again and again is one entry, and pushes nobody out', async () => {
    const log = await open();
    await log.add(entry('session'));
    await Promise.all(Array.from({ length: 60 }, (_, index) => log.add(attempt(`a${index}`, 10_000 + index * 1_000))));
    await log.add(attempt('other', 80_000, { peer: { address: 'bob@home.example', friendlyName: 'Bob' } }));
    expect((await open()).entries.map(({ id, times }) => [id, times])).toEqual([
      ['other', undefined],
      ['a59', 60],
      ['session', undefined],
    ]);
  });

  it('of one person so many attempts at most are listed, however far apart they are', async () => {
    const log = await open();
    await log.add(entry('session'));
    const far = Array.from({ length: 50 }, (_, index) => attempt(`a${index}`, index * 7_200_000));
    await Promise.all(far.map((each) => log.add(each)));
    expect(log.entries).toHaveLength(MAX_ATTEMPTS_A_PEER + 1);
    expect(ids(log).at(-1)).toBe('session');
  });

  it('the file is shortened, keeps every listed session, and the chain holds', async () => {
    let before = FIRST;
    const lines = Array.from({ length: MAX_LINES }, (_, index) => {
      const stranger = { peer: { address: `stranger${index}@x`, friendlyName: '' } };
      const { text } = writeLine(
        { kind: 'ended', entry: index === 0 ? entry('session') : attempt(`a${index}`, index, stranger) },
        1,
        before,
      );
      before = hashOf(text);
      return text;
    });
    await writeFile(path, `${lines.join('\n')}\n`);
    const log = await open();
    expect(log.state).toEqual({});
    await log.viewed(SESSION);
    expect((await fileLines()).length).toBeLessThan(MAX_LINES / 2);
    const next = await open();
    expect(next.state).toEqual({});
    expect(ids(next)).toContain('session');
    expect(ids(next)[0]).toBe('running');
    expect(next.entries.length).toBeLessThanOrEqual(MAX_HISTORY_ENTRIES);
  });
});

describe('the chain', () => {
  async function three(): Promise<string[]> {
    const log = await open();
    for (const id of ['one', 'two', 'three']) {
      nowMs += 1_000;
      await log.add(entry(id));
    }
    return fileLines();
  }
  const written = (lines: readonly string[]) => writeFile(path, `${lines.join('\n')}\n`);
  const stateAfter = async (lines: readonly string[]) => {
    await written(lines);
    return (await open()).state;
  };

  it('holds from one start to the next', async () => {
    await three();
    await (await open()).add(entry('four'));
    expect((await open()).state).toEqual({});
  });

  it.each<[string, (lines: readonly string[]) => readonly string[], number | undefined]>([
    ['the first line is gone', ([, two = '', last = '']) => [two, last], undefined],
    ['a line is gone', ([one = '', , last = '']) => [one, last], 6_000],
    ['a line says something else', ([one = '', two = '', last = '']) => [one, two.replace('closedByExpert', 'viewRefused'), last], 7_000],
    ['a line has been put in', ([one = '', two = '', last = '']) => [one, two, one, last], 7_000],
    ['the last line is gone', ([one = '', two = '']) => [one, two], 7_000],
    ['the last line says something else', ([one = '', two = '', last = '']) => [one, two, last.replace('closedByExpert', 'x')], 8_000],
    ['everything is gone', () => [], undefined],
  ])('%s: that is told from then on', async (_name, change, afterMs) => {
    const broken = afterMs === undefined ? {} : { afterMs };
    expect(await stateAfter(change(await three()))).toEqual({ broken });
    await (await open()).add(entry('after'));
    expect((await open()).state).toEqual({ broken });
  });

  it('the file is deleted: that is told', async () => {
    await three();
    await rm(path);
    expect((await open()).state).toEqual({ broken: {} });
  });

  it('a line that power has cut is no change, and the next one begins a line of its own', async () => {
    const lines = await three();
    await appendFile(path, '{"kind":"ended","at":"1970-01-01T00:00:09.0');
    const log = await open();
    expect([ids(log), log.state]).toEqual([['three', 'two', 'one'], {}]);
    await log.add(entry('four'));
    expect((await fileLines()).length).toBe(lines.length + 2);
    const next = await open();
    expect([ids(next), next.state]).toEqual([['four', 'three', 'two', 'one'], {}]);
  });

  it('lines of a later version are part of it and stay', async () => {
    await three();
    const log = await open();
    const { createHash } = await import('node:crypto');
    const [last = ''] = (await fileLines()).slice(-1);
    const before = createHash('sha256').update(last).digest('hex');
    await appendFile(path, `${JSON.stringify({ kind: 'game', at: '1970-01-01T00:00:09.000Z', players: 2, before })}\n`);
    await log.flush();
    const next = await open();
    await next.add(entry('four'));
    const again = await open();
    expect([ids(again), again.state]).toEqual([['four', 'three', 'two', 'one'], {}]);
    expect(again.text()).toContain('"players":2');
  });
});

describe('clearing', () => {
  it('leaves one line, which says when, and nothing of what stood there', async () => {
    const log = await open();
    await log.add(entry('one'));
    nowMs = 70_000;
    await log.clear();
    expect([log.entries, log.state]).toEqual([[], { clearedAtMs: 70_000 }]);
    expect((await fileLines()).map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['cleared']);
    await log.add(entry('two'));
    const next = await open();
    expect([ids(next), next.state]).toEqual([['two'], { clearedAtMs: 70_000 }]);
    for (const name of await readdir(folder)) expect(await readFile(join(folder, name), 'utf8')).not.toContain('"one"');
  });

  it('does not forget the session that runs', async () => {
    const log = await open();
    await log.viewed(SESSION);
    await log.control('running', true);
    await log.clear();
    const next = await open();
    expect(next.entries).toMatchObject([{ id: 'running', controlled: true, reason: INTERRUPTED }]);
  });
});

describe('a disk that refuses', () => {
  it('is told of; what it refused is there once it takes something again', async () => {
    const log = await open();
    await log.add(entry('one'));
    await rm(path);
    await mkdir(path);
    await expect(log.add(entry('two'))).rejects.toThrow();
    expect(ids(log)).toEqual(['two', 'one']);
    await rm(path, { recursive: true });
    await log.add(entry('three'));
    const kept = (await fileLines()).map((line) => (JSON.parse(line) as { entry: { id: string } }).entry.id);
    expect(kept).toEqual(['two', 'three']);
  });

  it('when it refuses a cleared file, the next line replaces the old one', async () => {
    const log = await open();
    await log.add(entry('one'));
    await rm(path);
    await mkdir(join(path, 'in the way'), { recursive: true });
    await expect(log.clear()).rejects.toThrow();
    await rm(path, { recursive: true });
    await log.add(entry('two'));
    const next = await open();
    expect([ids(next), next.state]).toEqual([['two'], { clearedAtMs: 5_000 }]);
  });

  it('a file that cannot be read is set aside, and the app starts', async () => {
    await mkdir(path);
    const log = await open();
    expect([log.entries, log.damaged?.file]).toEqual([[], expect.stringMatching(/^history\.jsonl\.damaged-/)]);
    await log.add(entry('one'));
    expect(ids(await open())).toEqual(['one']);
  });
});

describe('the file of earlier versions', () => {
  const earlier = () => join(folder, 'history.json');
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

  it('is taken over once, and is gone then', async () => {
    await writeFile(earlier(), EARLIER);
    const log = await open();
    expect(log.entries).toEqual((JSON.parse(EARLIER) as { entries: unknown }).entries);
    expect(await readdir(folder)).not.toContain('history.json');
    const next = await open();
    expect([ids(next), next.state, next.damaged]).toEqual([['b', 'a'], {}, undefined]);
  });

  it('is taken over again when an older Ringback has been used in between', async () => {
    await writeFile(earlier(), EARLIER);
    await (await open()).add(entry('new'));
    const [kept, other] = (JSON.parse(EARLIER) as { entries: HistoryEntry[] }).entries;
    await writeFile(earlier(), JSON.stringify({ version: 1, entries: [{ ...other, id: 'meanwhile', reason: 'declined' }, kept] }));
    expect(ids(await open())).toEqual(['meanwhile', 'new', 'b', 'a']);
    expect(await readdir(folder)).not.toContain('history.json');
    expect([ids(await open()), (await open()).state]).toEqual([['meanwhile', 'new', 'b', 'a'], {}]);
  });

  it('with the session that was cut off, and whatever a later one had added', async () => {
    const later = { version: 3, entries: [entry('one', { reason: 'hawk' }), { id: 'two', kind: 'game' }, 'three'] };
    await writeFile(earlier(), JSON.stringify({ ...later, running: entry('running', { reason: INTERRUPTED }) }));
    expect(ids(await open())).toEqual(['running', 'one']);
  });

  it('that is damaged is set aside and told of', async () => {
    await writeFile(earlier(), JSON.stringify({ version: 1, entries: [{ ...entry('one'), viewed: 'perhaps' }] }));
    const log = await open();
    expect(log.entries).toEqual([]);
    expect(await readFile(join(folder, log.damaged?.file ?? ''), 'utf8')).toContain('perhaps');
  });
});

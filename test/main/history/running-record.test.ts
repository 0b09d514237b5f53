import { expect, it } from 'vitest';
import { createRunningRecord } from '../../../src/main/history/running-record.ts';
import type { SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { CONNECTED, LIVE, session } from '../../renderer/app/fixtures.ts';

function record() {
  const kept: string[] = [];
  let nowMs = 100_000;
  const note = (text: string): Promise<void> => Promise.resolve(void kept.push(text));
  const { update } = createRunningRecord({
    log: {
      viewed: ({ id, connectedBy }) => note(`${id} viewed by ${connectedBy}`),
      control: (id, granted) => note(`${id} control ${granted}`),
      stillRuns: (id) => note(`${id} at ${nowMs}`),
    },
    now: () => nowMs,
    onStorageError: () => undefined,
  });
  return { kept, update, pass: (ms: number) => (nowMs += ms) };
}

const connected = (more: Partial<SessionStatus> = {}): SessionStatus =>
  session('novice', CONNECTED, { ...LIVE, control: 'no', id: 's', ...more });

it('begins with the first picture, and says when control is given and when it is taken back', () => {
  const { kept, update } = record();
  update(undefined);
  update(session('novice', { tag: 'awaitingConsent' }));
  expect(kept).toEqual([]);
  for (const control of ['no', 'asked', 'granted', 'granted', 'no'] as const) update(connected({ control }));
  expect(kept).toEqual([expect.stringMatching(/^s viewed by \w+$/), 's control true', 's control false']);
});

it('knows how long the session was, to the minute', () => {
  const { kept, update, pass } = record();
  for (let second = 0; second < 150; second += 1) {
    update(connected());
    pass(1_000);
  }
  expect(kept.slice(1)).toEqual(['s at 160000', 's at 220000']);
});

it('is another for another session', () => {
  const { kept, update } = record();
  update(connected({ id: 'one', control: 'granted' }));
  update(connected({ id: 'two' }));
  expect(kept.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(['one viewed', 'one control', 'two viewed']);
});

it('says that the disk refuses it', async () => {
  const told = Promise.withResolvers<unknown>();
  const refused = (): Promise<void> => Promise.reject(new Error('disk full'));
  createRunningRecord({
    log: { viewed: refused, control: refused, stillRuns: refused },
    now: () => 0,
    onStorageError: told.resolve,
  }).update(connected());
  expect(await told.promise).toEqual(new Error('disk full'));
});

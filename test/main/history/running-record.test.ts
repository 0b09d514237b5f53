import { expect, it } from 'vitest';
import { createRunningRecord } from '../../../src/main/history/running-record.ts';
import type { HistoryEntry, SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { CONNECTED, LIVE, session } from '../../renderer/app/fixtures.ts';

function record() {
  const kept: HistoryEntry[] = [];
  let nowMs = 100_000;
  const { update } = createRunningRecord({
    log: { keepRunning: (entry) => Promise.resolve(void kept.push(entry)) },
    now: () => nowMs,
    onStorageError: () => undefined,
  });
  return { kept, update, pass: (ms: number) => (nowMs += ms) };
}

const connected = (more: Partial<SessionStatus> = {}): SessionStatus => session('novice', CONNECTED, { ...LIVE, control: 'no', ...more });

it('begins with the first picture, and says when control was given, also when it is taken back', () => {
  const { kept, update } = record();
  update(undefined);
  update(session('novice', { tag: 'awaitingConsent' }));
  expect(kept).toEqual([]);
  const status = connected();
  update(status);
  update(connected({ control: 'asked' }));
  update(connected({ control: 'granted' }));
  update(connected({ control: 'no' }));
  expect(kept.map(({ id, viewed, controlled, reason }) => [id, viewed, controlled, reason])).toEqual([
    [status.id, true, false, 'interrupted'],
    [status.id, true, true, 'interrupted'],
  ]);
});

it('is as long as the session, to the minute', () => {
  const { kept, update, pass } = record();
  for (let second = 0; second < 150; second += 1) {
    update(connected());
    pass(1_000);
  }
  expect(kept.map(({ endedAtMs }) => endedAtMs)).toEqual([100_000, 160_000, 220_000]);
});

it('is another for another session', () => {
  const { kept, update } = record();
  update(connected({ id: 'one', control: 'granted' }));
  update(connected({ id: 'two' }));
  expect(kept.map(({ id, controlled }) => [id, controlled])).toEqual([
    ['one', true],
    ['two', false],
  ]);
});

it('says that the disk refuses it', async () => {
  const told = Promise.withResolvers<unknown>();
  createRunningRecord({
    log: { keepRunning: () => Promise.reject(new Error('disk full')) },
    now: () => 0,
    onStorageError: told.resolve,
  }).update(connected());
  expect(await told.promise).toEqual(new Error('disk full'));
});

import { expect, it } from 'vitest';
import { mayCallBack } from '../../../src/main/shell/call-backs.ts';
import type { HistoryEntry } from '../../../src/protocol/assistance/status.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const PETER = { transport: 'msnp', address: 'peter@home' };
const asked: HistoryEntry = {
  id: '1',
  role: 'novice',
  peer: { ...PETER, friendlyName: 'Peter' },
  startedAtMs: NOW_MS - 3_600_000,
  endedAtMs: NOW_MS - 3_500_000,
  viewed: false,
  controlled: false,
  reason: 'timedOut',
};

it.each<[string, readonly HistoryEntry[], boolean]>([
  ['asked an hour ago in vain', [asked], true],
  ['nobody', [], false],
  ['asked and was helped since', [asked, { ...asked, id: '2', startedAtMs: NOW_MS - 60_000, viewed: true }], false],
  ['was helped, and has asked again', [{ ...asked, id: '2', startedAtMs: NOW_MS - 7_200_000, viewed: true }, asked], true],
  ['asked the day before', [{ ...asked, startedAtMs: NOW_MS - 86_400_001 }], false],
  ['was asked', [{ ...asked, role: 'expert' }], false],
  ['was offered help', [{ ...asked, offered: true }], false],
  ['asked somebody else', [{ ...asked, peer: { ...asked.peer, address: 'eve@home' } }], false],
  ['asked the same address on another messenger', [{ ...asked, peer: { ...asked.peer, transport: 'pigeons' } }], false],
])('who %s may be called back: %#', (_what, history, allowed) => {
  expect(mayCallBack(PETER, history, NOW_MS)).toBe(allowed);
});

import { describe, expect, it } from 'vitest';
import { InjectedAccount } from '../../../src/main/desktop/x11/injected-account.ts';

const MOVE = { name: 'XIRawMotion', detail: 0 } as const;
const DOWN = { name: 'XIRawButtonPress', detail: 1 } as const;
const UP = { name: 'XIRawButtonRelease', detail: 1 } as const;

/** A move and a press, then a move and a release, by the requests 124, 125, 127 and 128. */
function clicked(): InjectedAccount {
  const account = new InjectedAccount();
  for (const [request, { name, detail }] of [
    [124, MOVE],
    [125, DOWN],
    [127, MOVE],
    [128, UP],
  ] as const)
    account.sent(request, name, detail);
  return account;
}

describe('input of ours, by account', () => {
  it('is what the server names our requests in', () => {
    const account = clicked();
    for (const [seq, event] of [
      [124, MOVE],
      [125, DOWN],
      [127, MOVE],
      [128, UP],
    ] as const)
      expect(account.settles({ ...event, seq })).toBe(true);
    expect(account.settles({ ...MOVE, seq: 128 })).toBe(false);
  });

  it('comes late, under the number of a later request, where a grab had frozen the pointer', () => {
    const account = clicked();
    expect(account.settles({ ...MOVE, seq: 124 })).toBe(true);
    expect(account.settles({ ...DOWN, seq: 125 })).toBe(true);
    expect(account.settles({ ...MOVE, seq: 128 })).toBe(true);
    expect(account.settles({ ...UP, seq: 128 })).toBe(true);
  });

  it('does not come before it was asked for, twice, or with another key', () => {
    const account = clicked();
    expect(account.settles({ ...DOWN, seq: 124 })).toBe(false);
    expect(account.settles({ ...DOWN, detail: 3, seq: 128 })).toBe(false);
    expect(account.settles({ ...DOWN, seq: 128 })).toBe(true);
    expect(account.settles({ ...DOWN, seq: 128 })).toBe(false);
    expect(account.settles({ ...UP, seq: 128 })).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { createStayingAwake } from '../../../src/main/shell/staying-awake.ts';
import { session } from '../../renderer/app/fixtures.ts';

const CONNECTED = { tag: 'connected', sinceMs: 1 } as const;

describe.each(['novice', 'expert'] as const)('the %s’s computer', (role) => {
  it('stays awake while somebody sees the screen, and no longer', () => {
    const held = new Set<number>();
    let started = 0;
    const awake = createStayingAwake({
      start: (type) => {
        expect(type).toBe('prevent-display-sleep');
        started += 1;
        held.add(started);
        return started;
      },
      stop: (id) => held.delete(id),
    });
    const holds = (...update: Parameters<typeof awake.update>) => {
      awake.update(...update);
      return held.size;
    };
    expect(holds(undefined)).toBe(0);
    expect(holds(session(role, { tag: 'awaitingConsent' }, { viewing: true }))).toBe(0);
    expect(holds(session(role, CONNECTED, { viewing: false }))).toBe(0);
    expect(holds(session(role, CONNECTED, { viewing: true }))).toBe(1);
    expect(holds(session(role, CONNECTED, { viewing: true, control: 'granted' }))).toBe(1);
    expect(started).toBe(1);
    expect(holds(session(role, CONNECTED, { viewing: false }))).toBe(0);
    expect(holds(session(role, CONNECTED, { viewing: true }))).toBe(1);
    expect(holds(session(role, { tag: 'ended', reason: 'peerGone', atMs: 2 }, { viewing: true }))).toBe(0);
    holds(session(role, CONNECTED, { viewing: true }));
    expect(holds(undefined)).toBe(0);
    expect(started).toBe(3);
  });
});

import { describe, expect, it } from 'vitest';
import { createGonePages, MAX_RELOADS, RELOAD_DELAY_MS, RELOAD_WINDOW_MS } from '../../../src/main/shell/gone-pages.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function desk() {
  const clock = new VirtualClock();
  const did: string[] = [];
  const open = new Set(['main', 'session']);
  const destroyed = new Set<string>();
  const gone = createGonePages({
    clock,
    log: { write: (where, what) => void did.push(`${where}: ${String(what)}`) },
    model: { notify: (_kind, key) => void did.push(key) },
    windowOf: (kind) =>
      open.has(kind)
        ? { isDestroyed: () => destroyed.has(kind), webContents: { reload: () => void did.push(`reload ${kind}`) } }
        : undefined,
    endSession: () => {
      did.push('end');
      return Promise.reject(new Error('no session'));
    },
  });
  const reloads = () => did.filter((what) => what.startsWith('reload')).length;
  return { clock, did, open, destroyed, gone, reloads };
}

describe('a page whose process has gone', () => {
  it('is told of and loaded again a little later', async () => {
    const { clock, did, gone } = desk();
    gone('main', 'crashed');
    await clock.advance(RELOAD_DELAY_MS - 1);
    expect(did).toEqual(['page gone: main: crashed', 'notice.windowCrashed']);
    await clock.advance(1);
    expect(did.at(-1)).toBe('reload main');
  });

  it('ends the session when it was the session’s', () => {
    const { did, gone } = desk();
    gone('session', 'oom');
    expect(did).toEqual(['page gone: session: oom', 'notice.windowCrashed', 'end']);
  });

  it('that captures is only logged: whoever captures hears of it by its port', async () => {
    const { clock, did, gone } = desk();
    gone('capture', 'crashed');
    expect(did).toEqual(['page gone: capture: crashed']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is left alone when it keeps crashing, for a minute', async () => {
    const { clock, gone, reloads } = desk();
    for (let crash = 0; crash < MAX_RELOADS + 2; crash += 1) {
      gone('main', 'crashed');
      await clock.advance(RELOAD_DELAY_MS);
    }
    expect(reloads()).toBe(MAX_RELOADS);
    await clock.advance(RELOAD_WINDOW_MS);
    gone('main', 'crashed');
    await clock.advance(RELOAD_DELAY_MS);
    expect(reloads()).toBe(MAX_RELOADS + 1);
  });

  it('is not loaded again when its window has closed', async () => {
    const { clock, open, destroyed, gone, reloads } = desk();
    gone('main', 'crashed');
    destroyed.add('main');
    open.delete('session');
    gone('session', 'crashed');
    await clock.advance(RELOAD_DELAY_MS);
    expect(reloads()).toBe(0);
  });
});

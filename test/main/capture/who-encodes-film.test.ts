import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { createDesktop } from '../../../src/main/desktop/desktop.ts';
import { ALL } from '../../support/shared-part.ts';

/** What the capture's process is told first, in this environment. */
async function begun(env: Readonly<Record<string, string>>): Promise<unknown> {
  const told: unknown[] = [];
  let killed = 0;
  const stop = new AbortController();
  const desktop = createDesktop({
    platform: 'linux',
    env: { DISPLAY: ':77', ...env },
    workerUrl: new URL('file:///none'),
    startCaptureProcess: () => ({
      post: (message) => void told.push(message),
      onMessage: () => undefined,
      onGone: () => undefined,
      kill: () => {
        killed += 1;
      },
    }),
    openCapturePage: () => Promise.reject(new Error('no page here')),
    clock: systemClock,
  });
  const opening = expect(desktop.openCapture(stop.signal, ALL)).rejects.toThrow('enough');
  await expect.poll(() => told.length).toBeGreaterThan(0);
  stop.abort(new Error('enough'));
  await opening;
  expect(killed).toBe(1);
  return told[0];
}

describe('who encodes film where an X screen is captured', () => {
  it('is the system’s library, if it has one, in the process that captures', async () => {
    expect(await begun({})).toMatchObject({ tag: 'begin', native: true, options: { address: { display: ':77' } } });
  });

  it('is a page alone in a run from which the library is hidden', async () => {
    expect(await begun({ RINGBACK_FILM_BY: 'webcodecs' })).toMatchObject({ tag: 'begin', native: false });
  });
});

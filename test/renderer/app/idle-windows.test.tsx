// @vitest-environment happy-dom
import { act } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { appState, CONNECTED, LIVE, NOW_MS, session } from './fixtures.ts';
import { openMainWindow, openSessionWindow, words } from './windows.tsx';

beforeEach(() => vi.useFakeTimers({ now: NOW_MS }));
afterEach(() => vi.useRealTimers());

it.each([
  ['the novice’s panel', 'novice', openSessionWindow, false],
  ['the novice’s bar', 'novice', openSessionWindow, true],
  ['the expert’s window', 'expert', openSessionWindow, false],
  ['the expert’s main window', 'expert', openMainWindow, false],
] as const)('while nothing happens %s is drawn anew once a minute', (_what, role, open, panelFolded) => {
  // Which has lasted for 65 s.
  open(appState({ session: session(role, CONNECTED, LIVE), panelFolded }));
  expect(words()).toMatch(/(?<!\d)1 min/);
  const observer = new MutationObserver(() => undefined);
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  const wait = vi.spyOn(globalThis, 'setTimeout');
  act(() => void vi.advanceTimersByTime(54_900));
  expect(observer.takeRecords()).toEqual([]);
  expect(wait).not.toHaveBeenCalled();
  act(() => void vi.advanceTimersByTime(200));
  expect(words()).toMatch(/(?<!\d)2 min/);
  vi.restoreAllMocks();
  observer.disconnect();
});

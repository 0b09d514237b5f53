// @vitest-environment happy-dom
import { act, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { byteCount } from '../../../src/renderer/app/figures.ts';
import { createActions } from '../../../src/renderer/app/actions.ts';
import { SoundInStep } from '../../../src/renderer/app/session/sound-in-step.ts';
import { createWindowStore, withApp } from '../../../src/renderer/app/store.ts';
import { useTraffic, useWindowState, WindowProvider } from '../../../src/renderer/app/window-context.tsx';
import { soundAheadMs } from '../../../src/renderer/viewer/sound/in-step.ts';
import type { SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { appState, CONNECTED, fakeBridge, LIVE, NOW_MS, ROLES, session } from './fixtures.ts';
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

const received = (role: SessionStatus['role'], bytesReceived: number, more: Partial<SessionStatus> = {}) =>
  appState({ session: session(role, CONNECTED, { ...LIVE, ...more, traffic: { ...LIVE.traffic, bytesReceived } }) });

it('only what shows the session’s figures is drawn anew when only they are others', () => {
  const store = createWindowStore();
  const drawn = { window: 0, figures: 0 };
  const keepSoundAhead = vi.fn();
  const Shown = () => {
    const { app } = useWindowState();
    drawn.window += 1;
    return <p>{app?.session?.control}</p>;
  };
  const Figures = () => {
    drawn.figures += 1;
    return <p>{useTraffic()?.bytesReceived}</p>;
  };
  const tell = (bytes: number, more: Partial<SessionStatus> = {}): typeof drawn => {
    act(() => store.setState((state) => withApp(state, received('expert', bytes, more))));
    return { ...drawn };
  };
  render(
    <WindowProvider store={store} actions={createActions(store, fakeBridge().bridge)}>
      <Shown />
      <Figures />
      <SoundInStep picture={{ current: { keepSoundAhead } }} />
    </WindowProvider>,
  );
  expect(tell(1_000)).toEqual({ window: 2, figures: 2 });
  expect(tell(2_000)).toEqual({ window: 2, figures: 3 });
  expect(words()).toBe('no2000');
  expect(tell(3_000, { control: 'granted' })).toEqual({ window: 3, figures: 4 });
  expect(words()).toBe('granted3000');
  expect(keepSoundAhead.mock.calls).toEqual(Array.from({ length: 3 }, () => [soundAheadMs(LIVE.traffic)]));
});

it.each(ROLES)('the window of the %s shows the newest figures, and all else that comes with them', (role) => {
  const { send } = openSessionWindow(received(role, 1_000_000));
  send(received(role, 2_000_000));
  expect(words()).toContain(byteCount(2_000_000));
  expect(words()).not.toContain(byteCount(1_000_000));
  send(received(role, 3_000_000, { desktop: { width: 640, height: 480 } }));
  expect(words()).toContain(byteCount(3_000_000));
  expect(words()).toContain('640');
});

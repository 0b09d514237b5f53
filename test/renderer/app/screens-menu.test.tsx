// @vitest-environment happy-dom
import { act, cleanup, render, renderHook, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { useMonitorLook } from '../../../src/renderer/app/session/monitor-look.ts';
import { ScreensMenu, type WishedPart } from '../../../src/renderer/app/session/screens-menu.tsx';
import type { MonitorArea } from '../../../src/renderer/viewer/viewer.ts';
import { t } from '../../../src/words/words.ts';
import { appState, CONNECTED, LIVE, session } from './fixtures.ts';
import { openSessionWindow } from './windows.tsx';

const LEFT = { x: 0, y: 0, width: 1920, height: 1080 };
const RIGHT = { x: 1920, y: 0, width: 1280, height: 1024 };
const BOTH = [LEFT, RIGHT];
const SCREENS = [
  { id: 'DP-1', name: 'DP-1', area: LEFT },
  { id: 'DP-2', name: 'DP-2', area: RIGHT },
];
const ONE_OF_TWO: SessionStatus['sharing'] = { part: { tag: 'screen', id: 'DP-1' }, state: 'shown', screens: SCREENS };

afterEach(cleanup);

function menu(sharing: SessionStatus['sharing'], monitors: readonly MonitorArea[]) {
  const looks: (MonitorArea | undefined)[] = [];
  const wishes: WishedPart[] = [];
  const status = session('expert', CONNECTED, { ...LIVE, ...(sharing === undefined ? {} : { sharing }) });
  render(
    <ScreensMenu
      session={status}
      look={{ monitors, looking: undefined, onLook: (area) => looks.push(area) }}
      onWish={(part) => wishes.push(part)}
    />,
  );
  return { looks, wishes, user: userEvent.setup({ delay: null }) };
}

describe('the menu of screens', () => {
  it('lets whoever sees all of them look at one without asking for it', async () => {
    const { looks, user } = menu({ part: { tag: 'all' }, state: 'shown', screens: SCREENS }, BOTH);
    const radios = screen.getAllByRole<HTMLInputElement>('radio', { hidden: true });
    expect(radios.map(({ checked }) => checked)).toEqual([true, false, false]);
    const details = document.querySelector('details');
    if (details === null) throw new Error('no menu');
    details.open = true;
    await user.click(screen.getByLabelText('Right screen'));
    expect(looks).toEqual([RIGHT]);
    expect(details.open).toBe(false);
    details.open = true;
    screen.getByLabelText('All screens together').focus();
    await user.keyboard('{ArrowDown}');
    expect(looks).toEqual([RIGHT, LEFT]);
    expect(details.open).toBe(true);
    expect(screen.queryAllByRole('button', { hidden: true })).toEqual([]);
  });

  it('has only what can be asked for where one screen is seen', async () => {
    const { wishes, user } = menu(ONE_OF_TWO, []);
    expect(screen.queryAllByRole('radio', { hidden: true })).toEqual([]);
    const ask = screen.getByText(t('sharing.expert.ask', { screen: t('screen.right') }));
    ask.focus();
    await user.keyboard('{Enter}');
    expect(wishes).toEqual([{ tag: 'screen', id: 'DP-2' }]);
    // The menu has gone with the button that was pressed.
    expect(document.activeElement?.tagName).toBe('SUMMARY');
  });

  it('has a sign that shows all screens as they stand, the seen ones filled, and says it under the mouse', () => {
    const seen = () => [...document.querySelectorAll('.screens-sign > rect')].map((rect) => rect.classList.contains('screens-sign__seen'));
    menu(ONE_OF_TWO, []);
    expect(seen()).toEqual([true, false]);
    const says = `${t('sharing.expert.screens', { name: 'Anna', count: 2 })} ${t('sharing.expert.screen', { screen: t('screen.left') })}`;
    expect(document.querySelector('summary')?.title).toBe(says);
    cleanup();
    menu({ ...ONE_OF_TWO, part: { tag: 'all' } }, BOTH);
    expect(seen()).toEqual([true, true]);
    cleanup();
    menu({ ...ONE_OF_TWO, part: { tag: 'window', id: '' } }, []);
    expect(seen()).toEqual([false, false]);
    cleanup();
    menu({ ...ONE_OF_TWO, state: 'gone' }, []);
    expect(seen()).toEqual([false, false]);
    cleanup();
    menu({ part: { tag: 'window', id: '' }, state: 'shown', screens: SCREENS.slice(0, 1) }, []);
    expect(document.querySelector('.screens-sign')).toBeNull();
  });

  it('has no way to ask for all where no picture has them', () => {
    menu(ONE_OF_TWO, []);
    expect(screen.queryByText(t('sharing.expert.askAll'))).not.toBeNull();
    cleanup();
    menu({ ...ONE_OF_TWO, oneAtATime: true }, []);
    screen.getByText(t('sharing.expert.ask', { screen: t('screen.right') }));
    expect(screen.queryByText(t('sharing.expert.askAll'))).toBeNull();
  });

  it('says that nothing is seen where what was shown is gone', () => {
    menu({ part: { tag: 'window', id: '' }, state: 'gone', screens: SCREENS }, []);
    screen.getByText(new RegExp(t('sharing.expert.gone.window', { name: 'Anna' })));
    expect(screen.queryByText(new RegExp(t('sharing.expert.windowUnnamed')))).toBeNull();
  });

  it('goes when something beside it is pressed, and when another sheet of the toolbar opens', async () => {
    const { user } = openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, sharing: ONE_OF_TWO }) }));
    const sheets = [...document.querySelectorAll('details[name]')];
    expect(new Set(sheets.map((each) => each.getAttribute('name'))).size).toBe(1);
    expect(sheets.length).toBeGreaterThan(2);
    const details = document.querySelector<HTMLDetailsElement>('details.tool-menu');
    if (details === null) throw new Error('no menu');
    details.open = true;
    await user.click(screen.getByRole('heading', { name: t('sharing.expert.menu'), hidden: true }));
    expect(details.open).toBe(true);
    await user.click(document.body);
    expect(details.open).toBe(false);
  });

  it('is there for a program that says nothing but which monitors the picture has, and else not', () => {
    menu(undefined, BOTH);
    expect(screen.getAllByRole('radio', { hidden: true })).toHaveLength(3);
    cleanup();
    menu(undefined, []);
    expect(screen.queryAllByRole('heading', { hidden: true })).toEqual([]);
  });
});

describe('what is looked at', () => {
  it('is the whole again once that monitor is not there any more', () => {
    const { result } = renderHook(() => useMonitorLook());
    expect(result.current.monitors).toEqual([]);
    act(() => result.current.onMonitors(BOTH));
    act(() => result.current.onLook(RIGHT));
    act(() => result.current.onMonitors([{ ...LEFT, y: 40 }, { ...RIGHT }]));
    expect(result.current.looking).toEqual(RIGHT);
    act(() => result.current.onMonitors([]));
    expect(result.current).toMatchObject({ monitors: [], looking: undefined });
    act(() => result.current.onMonitors(BOTH));
    expect(result.current.looking).toBeUndefined();
  });
});

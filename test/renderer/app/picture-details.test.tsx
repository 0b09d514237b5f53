// @vitest-environment happy-dom
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { SessionStatus } from '../../../src/protocol/assistance/status.ts';
import { CodecFigures, type WatchShares } from '../../../src/renderer/app/session/codec-figures.tsx';
import type { CodecShares } from '../../../src/renderer/viewer/codec-map.ts';
import { t } from '../../../src/words/words.ts';
import { appState, CONNECTED, LIVE, session } from './fixtures.ts';
import { openSessionWindow } from './windows.tsx';

const details = (selector = 'details.figures') => {
  const element = document.querySelector<HTMLDetailsElement>(selector);
  if (element === null) throw new Error('no details');
  return element;
};

it('each figure of the toolbar says what it is one of, read out and under the mouse', () => {
  openSessionWindow(appState({ session: session('expert', CONNECTED, LIVE) }));
  const figures = [...document.querySelectorAll<HTMLElement>('.figures > summary [title]')].map(({ title, textContent }) => [
    title,
    textContent,
  ]);
  expect(figures).toEqual([
    [t('session.duration'), `${t('session.duration')} 1 min`],
    [t('session.frames'), `${t('session.frames')} 24 fps`],
    [t('session.roundTrip'), `${t('session.roundTrip')} 12 ms`],
    [t('session.received'), `${t('session.received')} 83 kB`],
    [t('connection.label'), expect.stringContaining(`${t('connection.label')} Reverse connect`)],
  ]);
});

it('the expert chooses what the picture is made for; what is marked is what the other side does', async () => {
  const { user, calls } = openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, quality: 'sharp' }) }));
  const choice = within(screen.getByRole('group', { name: t('viewer.quality'), hidden: true }));
  const chosen = () => choice.getAllByRole<HTMLInputElement>('radio', { hidden: true }).map(({ checked }) => checked);
  expect(chosen()).toEqual([false, true, false]);
  await user.click(choice.getByRole('radio', { name: new RegExp(t('viewer.quality.thin')), hidden: true }));
  expect(calls()).toContainEqual(['choosePicture', 'thin']);
});

it('the choice comes before what grows and shrinks, and is what is seen first whenever the details open', () => {
  openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, quality: 'sharp' }) }));
  const toggle = (open: boolean): void => {
    act(() => {
      details().open = open;
      fireEvent(details(), new Event('toggle'));
    });
  };
  const sheet = document.querySelector('.figures__sheet');
  if (sheet === null) throw new Error('no sheet');
  toggle(true);
  expect([...sheet.children].map(({ tagName }) => tagName).slice(0, 2)).toEqual(['H2', 'FIELDSET']);
  sheet.scrollTop = 300;
  toggle(false);
  toggle(true);
  expect(sheet.scrollTop).toBe(0);
});

it('there is nothing to choose with a program that does not say that it can', () => {
  openSessionWindow(appState({ session: session('expert', CONNECTED, LIVE) }));
  expect(document.querySelector('.quality')).toBeNull();
  screen.getByText(t('viewer.qualityNone', { name: 'Anna' }));
});

it('says what makes the film at the other side, and nothing where that does not say', () => {
  const open = (more: Partial<SessionStatus>): void => {
    openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, ...more }) }));
    act(() => {
      details().open = true;
      fireEvent(details(), new Event('toggle'));
    });
  };
  open({ filmBy: 'openh264' });
  screen.getByText(t('session.filmBy.library', { name: 'Anna' }));
  open({ filmBy: 'none' });
  screen.getByText(t('session.filmBy.none'));
  open({});
  expect(screen.queryByText(t('session.filmBy'))).toBeNull();
});

it('says how much of the picture came how, and leaves out what did not', () => {
  const told: ((shares: CodecShares) => void)[] = [];
  let watching = 0;
  const watchShares: WatchShares = (listener) => {
    told.push(listener);
    watching += 1;
    return () => (watching -= 1);
  };
  const { unmount, container } = render(<CodecFigures session={session('expert', CONNECTED, LIVE)} watchShares={watchShares} />);
  expect(container.textContent).toContain(t('common.unknown'));
  act(() => told[0]?.({ exact: 0.746, copied: 0.001, remoteFx: 0, film: 0.253 }));
  screen.getByText(t('session.came.exact', { share: '75%' }));
  screen.getByText(t('session.came.film', { share: '25%' }));
  expect(container.querySelectorAll('dd span')).toHaveLength(2);
  const drawn = [...container.querySelectorAll<HTMLElement>('.codec-figures__bar > i')];
  expect(drawn.map(({ style }) => style.flexGrow)).toEqual(['0.746', '0.253']);
  expect(watching).toBe(1);
  unmount();
  expect(watching).toBe(0);
});

it.each([
  ['expert', 'session.receivedASecond'],
  ['novice', 'session.sentASecond'],
] as const)('the last minute is drawn for the %s only while the details are open', (role, bytes) => {
  const { send } = openSessionWindow(appState({ session: session(role, CONNECTED, LIVE) }));
  const fold = details(role === 'expert' ? 'details.figures' : 'details.fold');
  const drawn = () => document.querySelectorAll('.live-figures').length;
  expect(drawn()).toBe(0);
  act(() => {
    fold.open = true;
    fireEvent(fold, new Event('toggle'));
  });
  expect(drawn()).toBe(1);
  screen.getByText(t(bytes));
  if (role === 'novice') {
    send(appState({ session: session(role, CONNECTED, LIVE), panelFolded: true }));
    expect(drawn()).toBe(0);
    send(appState({ session: session(role, CONNECTED, LIVE) }));
    expect(drawn()).toBe(1);
  }
  act(() => {
    fold.open = false;
    fireEvent(fold, new Event('toggle'));
  });
  expect(drawn()).toBe(0);
});

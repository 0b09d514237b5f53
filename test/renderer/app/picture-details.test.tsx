// @vitest-environment happy-dom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { t } from '../../../src/words/words.ts';
import { appState, CONNECTED, LIVE, session } from './fixtures.ts';
import { openSessionWindow } from './windows.tsx';

const details = () => {
  const element = document.querySelector<HTMLDetailsElement>('details.figures');
  if (element === null) throw new Error('no details');
  return element;
};

it('the expert chooses what the picture is made for; what is marked is what the other side does', async () => {
  const { user, calls } = openSessionWindow(appState({ session: session('expert', CONNECTED, { ...LIVE, quality: 'sharp' }) }));
  const choice = within(screen.getByRole('group', { name: t('viewer.quality'), hidden: true }));
  const chosen = () => choice.getAllByRole<HTMLInputElement>('radio', { hidden: true }).map(({ checked }) => checked);
  expect(chosen()).toEqual([false, true, false]);
  await user.click(choice.getByRole('radio', { name: new RegExp(t('viewer.quality.thin')), hidden: true }));
  expect(calls()).toContainEqual(['choosePicture', 'thin']);
});

it('there is nothing to choose with a program that does not say that it can', () => {
  openSessionWindow(appState({ session: session('expert', CONNECTED, LIVE) }));
  expect(document.querySelector('.quality')).toBeNull();
  screen.getByText(t('viewer.qualityNone', { name: 'Anna' }));
});

it('the last minute is drawn only while the details are open', () => {
  openSessionWindow(appState({ session: session('expert', CONNECTED, LIVE) }));
  const drawn = () => document.querySelectorAll('.live-figures').length;
  expect(drawn()).toBe(0);
  act(() => {
    details().open = true;
    fireEvent(details(), new Event('toggle'));
  });
  expect(drawn()).toBe(1);
  act(() => {
    details().open = false;
    fireEvent(details(), new Event('toggle'));
  });
  expect(drawn()).toBe(0);
});

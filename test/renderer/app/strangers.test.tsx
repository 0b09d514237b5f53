// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { t } from '../../../src/words/words.ts';
import { appState, onMsnp } from './fixtures.ts';
import { openMainWindow, words } from './windows.tsx';

const eve = {
  ...onMsnp('x8821@ringback.local'),
  claim: 'Anna',
  mixed: true,
  like: 'Anna',
  wishes: ['help' as const],
  texts: [],
  looked: false,
};

it('a stranger is a line that says whom they are like, with Look, Decline and Block, and nothing of theirs before', async () => {
  const { user, calls, send } = openMainWindow(appState({ strangers: [eve] }), { page: 'settings' });
  const who = t('stranger.like', { address: eve.address, name: 'Anna', contact: 'Anna' });
  const line = within(screen.getByRole('region', { name: who }));
  line.getByText(t('stranger.mixed'));
  for (const what of ['stranger.look', 'stranger.decline', 'stranger.block'] as const)
    await user.click(line.getByRole('button', { name: t(what) }));
  const peer = onMsnp(eve.address);
  expect(calls()).toEqual([
    ['lookAtStranger', peer],
    ['declineStranger', peer],
    ['blockStranger', peer],
  ]);
  send(appState({ strangers: [{ ...eve, claim: '', mixed: false, wishes: ['message'], texts: ['<b>Hello</b>'], looked: true }] }));
  screen.getByText('<b>Hello</b>');
  await user.click(screen.getByRole('button', { name: t('stranger.add') }));
  expect(calls().at(-1)).toEqual(['addContact', peer]);
  expect(words()).not.toContain(t('stranger.mixed'));
});

// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { t } from '../../../src/words/words.ts';
import { appState } from './fixtures.ts';
import { openMainWindow, theButton, words } from './windows.tsx';

const page = (settings: object = {}, answers: object = {}) => {
  const state = appState();
  return openMainWindow({ ...state, settings: { ...state.settings, ...settings } }, { page: 'settings' }, answers);
};

describe('being reached from elsewhere', () => {
  it('the router is not asked any more once that is switched off', async () => {
    const { user, calls } = page();
    await user.click(screen.getByRole('switch', { name: t('settings.openRouter') }));
    expect(calls()).toEqual([['saveSettings', { openRouter: false }]]);
  });

  it('an address that is kept to oneself: one switch', async () => {
    const { user, calls } = page();
    await user.click(screen.getByRole('switch', { name: t('settings.relayOnly') }));
    expect(calls()).toEqual([['saveSettings', { relayOnly: true }]]);
  });

  it('by a way in that was set up by hand: port and address go together', async () => {
    const { user, calls } = page();
    expect(theButton(t('settings.saveForwarding')).hasAttribute('disabled')).toBe(true);
    await user.type(screen.getByLabelText(t('settings.ownPort')), '40000');
    await user.type(screen.getByLabelText(t('settings.publicAddress')), ' home.example:443 ');
    await user.click(theButton(t('settings.saveForwarding')));
    expect(calls()).toEqual([['setForwarding', { ownPort: 40_000, publicAddress: 'home.example:443' }]]);
  });

  it('and taken back by emptying both', async () => {
    const { user, calls } = page({ ownPort: 40_000, publicAddress: 'home.example' });
    await user.clear(screen.getByLabelText(t('settings.ownPort')));
    await user.clear(screen.getByLabelText(t('settings.publicAddress')));
    await user.click(theButton(t('settings.saveForwarding')));
    expect(calls()).toEqual([['setForwarding', { ownPort: 0, publicAddress: '' }]]);
  });

  it('a port that nobody may have is said before it is sent', async () => {
    const { user } = page();
    await user.type(screen.getByLabelText(t('settings.ownPort')), '1024');
    expect(words()).toContain(t('problem.field.ownPort'));
    expect(theButton(t('settings.saveForwarding')).hasAttribute('disabled')).toBe(true);
  });

  it.each([
    ['PORT_IN_USE', 'port', 'problem.PORT_IN_USE'],
    ['INVALID_ARGUMENT', 'publicAddress', 'problem.field.publicAddress'],
  ] as const)('%s is said beside what was typed', async (code, field, sentence) => {
    const { user } = page({}, { setForwarding: { ok: false, code, field, message: '' } });
    await user.type(screen.getByLabelText(t('settings.publicAddress')), 'home.example');
    await user.click(theButton(t('settings.saveForwarding')));
    expect(words()).toContain(t(sentence));
  });
});

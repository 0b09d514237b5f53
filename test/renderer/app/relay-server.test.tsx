// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { t } from '../../../src/words/words.ts';
import { appState } from './fixtures.ts';
import { openMainWindow, theButton, words } from './windows.tsx';

const NONE = { url: '', username: '', password: '' };

const page = (relayServer = NONE, answers: object = {}) => {
  const state = appState();
  return openMainWindow({ ...state, settings: { ...state.settings, relayServer } }, { page: 'settings' }, answers);
};

describe('a server of one’s own for getting through routers', () => {
  it('wants name and password where its address says TURN, and is saved whole', async () => {
    const { user, calls } = page();
    expect(theButton(t('settings.saveRelayServer')).hasAttribute('disabled')).toBe(true);
    await user.type(screen.getByLabelText(t('settings.relayServerUrl')), ' turns:relay.example:443 ');
    expect(words()).toContain(t('problem.field.relayServerNames'));
    expect(theButton(t('settings.saveRelayServer')).hasAttribute('disabled')).toBe(true);
    await user.type(screen.getByLabelText(t('settings.relayServerUsername')), 'anna');
    await user.type(screen.getByLabelText(t('settings.relayServerPassword')), 'secret');
    await user.click(theButton(t('settings.saveRelayServer')));
    expect(calls()).toEqual([['setRelayServer', { url: 'turns:relay.example:443', username: 'anna', password: 'secret' }]]);
  });

  it('keeps the password that no window is shown, until another one is typed', async () => {
    const { user, calls } = page({ url: 'turns:relay.example:443', username: 'anna', password: '' });
    expect(words()).toContain(t('settings.relayServerPasswordKept'));
    expect(words()).not.toContain(t('problem.field.relayServerNames'));
    await user.type(screen.getByLabelText(t('settings.relayServerUsername')), 'b');
    expect(words()).toContain(t('problem.field.relayServerNames'));
    await user.type(screen.getByLabelText(t('settings.relayServerPassword')), 'new');
    await user.click(theButton(t('settings.saveRelayServer')));
    expect(calls()).toEqual([['setRelayServer', { url: 'turns:relay.example:443', username: 'annab', password: 'new' }]]);
  });

  it('is forgotten with its password once its address is emptied', async () => {
    const { user, calls } = page({ url: 'turns:relay.example:443', username: 'anna', password: '' });
    await user.clear(screen.getByLabelText(t('settings.relayServerUrl')));
    await user.click(theButton(t('settings.saveRelayServer')));
    expect(calls()).toEqual([['setRelayServer', NONE]]);
  });

  it('that is no such address is said beside it', async () => {
    const { user } = page(NONE, { setRelayServer: { ok: false, code: 'INVALID_ARGUMENT', field: 'url', message: '' } });
    await user.type(screen.getByLabelText(t('settings.relayServerUrl')), 'https://relay.example');
    await user.click(theButton(t('settings.saveRelayServer')));
    expect(words()).toContain(t('problem.field.relayServerUrl'));
  });
});

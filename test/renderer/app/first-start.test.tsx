// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { writeAccountLink } from '../../../src/protocol/msnp/account-link.ts';
import { t } from '../../../src/words/words.ts';
import { appState, onMsnp, PIGEONS, TRANSPORTS } from './fixtures.ts';
import { button, openMainWindow, theButton, words } from './windows.tsx';

const withoutAccount = appState({ messenger: { tag: 'noAccount' }, accounts: [], contacts: [] });
const issued = { friendlyName: 'Peter', address: 'peter@ringback.local', server: '127.0.0.1:1863', accessToken: 'k7Qm-2xPd' };
const hosting = { tag: 'on', addresses: ['127.0.0.1:1863'], reach: 'loopback', accounts: [] } as const;

describe('the first start', () => {
  it('waits in words', () => {
    openMainWindow(undefined);
    expect(screen.getByRole('status').textContent).toBe(t('app.loading'));
  });

  it('asks what a person wants, and what a messenger is only behind Other ways', async () => {
    const { user } = openMainWindow(withoutAccount);
    const choices = screen.getByRole('group', { name: t('welcome.question') });
    expect(within(choices).getAllByRole('button')).toHaveLength(2);
    const fold = screen.getByText(t('welcome.other'), { selector: 'summary' }).closest('details');
    expect(fold?.open).toBe(false);
    expect(fold?.contains(theButton(t('file.save')))).toBe(true);
    fold?.remove();
    expect(words()).not.toMatch(/messenger|account|server|token/i);
    for (const [choice, title] of [
      ['welcome.need', 'need.title'],
      ['welcome.give', 'hostStart.title'],
    ] as const) {
      await user.click(screen.getByRole('button', { name: new RegExp(`^${t(choice)}`) }));
      screen.getByRole('heading', { name: t(title) });
      await user.click(theButton(t('common.back')));
    }
    await user.click(theButton(t('welcome.haveAccount')));
    screen.getByRole('heading', { name: t('account.title') });
  });

  it('takes the helper’s message whole, and says what is missing in another text', async () => {
    const { user, calls } = openMainWindow(withoutAccount, { welcome: 'need' });
    const field = screen.getByLabelText(t('need.message'));
    await user.click(field);
    await user.paste('Hello Peter, see you at five');
    await user.click(theButton(t('need.begin')));
    expect(screen.getByRole('alert').textContent).toBe(t('problem.LINK_NO_LINK'));
    await user.clear(field);
    const { server, address, accessToken } = issued;
    await user.paste(`> ${t('token.copyText', { server, address, accessToken, link: writeAccountLink(issued) })}\n-- \nAnna`);
    await user.click(theButton(t('need.begin')));
    expect(calls()).toEqual([
      ['saveAccount', { transport: 'msnp', server, address, friendlyName: 'Peter', accessToken }],
      ['saveSettings', { home: 'need' }],
    ]);
  });

  it('saves the account that somebody gave, once every field is filled', async () => {
    const { user, calls } = openMainWindow(withoutAccount, { welcome: 'account' });
    const fields = [
      [t('account.server'), ' 192.0.2.1:1863 '],
      [t('account.address'), 'anna@ringback.local'],
      [t('account.friendlyName'), 'Anna'],
    ] as const;
    for (const [label, text] of fields) await user.type(screen.getByLabelText(label), text);
    expect(theButton(t('account.save'))).toHaveProperty('disabled', true);
    const token = screen.getByLabelText(t('account.accessToken'));
    await user.type(token, 'k7Qm-2xPd');
    expect(token).toHaveProperty('type', 'password');
    await user.click(theButton(t('account.showToken')));
    expect(token).toHaveProperty('type', 'text');
    await user.click(theButton(t('account.save')));
    expect(calls()).toEqual([
      ['saveAccount', { ...onMsnp('anna@ringback.local'), server: '192.0.2.1:1863', friendlyName: 'Anna', accessToken: 'k7Qm-2xPd' }],
    ]);
  });

  it('asks for what the messenger needs, and which one where there are two', async () => {
    const { user, calls } = openMainWindow({ ...withoutAccount, transports: [PIGEONS, ...TRANSPORTS] }, { welcome: 'account' });
    expect(screen.getAllByRole('textbox')).toHaveLength(2);
    screen.getByText(t('transport.msnp'));
    expect(screen.queryByLabelText(t('account.accessToken'))).toBeNull();
    await user.type(screen.getByLabelText(t('account.address')), 'roof 7');
    await user.click(theButton(t('account.save')));
    expect(calls()).toEqual([['saveAccount', { transport: 'pigeons', address: 'roof 7', friendlyName: '' }]]);
  });

  it('tells a refusal at its field, tied to it for screen readers', async () => {
    const refusal = { ok: false, code: 'INVALID_ARGUMENT', field: 'server', message: '' };
    const { user } = openMainWindow(withoutAccount, { welcome: 'account' }, { saveAccount: refusal });
    for (const label of ['account.server', 'account.address', 'account.friendlyName', 'account.accessToken'] as const)
      await user.type(screen.getByLabelText(t(label)), 'x');
    await user.click(theButton(t('account.save')));
    const server = screen.getByLabelText(t('account.server'));
    expect((await screen.findByRole('alert')).textContent).toBe(t('problem.field.server'));
    expect(server.getAttribute('aria-invalid')).toBe('true');
    expect(server.getAttribute('aria-describedby')?.split(' ')).toContain(screen.getByRole('alert').id);
    expect(screen.getByLabelText(t('account.address')).getAttribute('aria-invalid')).toBeNull();
  });

  it('shows an issued access token with a button that copies it, until it is put away', async () => {
    const app = appState({ hosting });
    const { user, calls } = openMainWindow(app, { welcome: 'hostReady', issued });
    screen.getByText('k7Qm-2xPd');
    await user.click(theButton(t('token.copyAll')));
    await screen.findByRole('button', { name: t('common.copied') });
    expect(calls()).toEqual([['copyText', expect.stringContaining('k7Qm-2xPd')]]);
    await user.click(theButton(t('hostStart.done')));
    expect(words()).not.toContain('k7Qm-2xPd');
    theButton(t('home.ask'));
    openMainWindow(app, { welcome: 'hostReady' });
    screen.getByLabelText(t('hostStart.otherName'));
  });

  it('warns before a network is let in', async () => {
    const { user } = openMainWindow(withoutAccount, { welcome: 'host' });
    expect(screen.getByLabelText(t('hostStart.whereLan'))).toHaveProperty('checked', true);
    screen.getByText(t('settings.lanWarning'));
    await user.click(screen.getByLabelText(t('hostStart.whereLoopback')));
    expect(words()).not.toContain(t('settings.lanWarning'));
  });

  it('opens the fold for a file that was refused, and says why', async () => {
    const { user } = openMainWindow(withoutAccount, {}, { chooseInvitation: { ok: false, code: 'BAD_INVITATION', message: '' } });
    await user.click(theButton(t('file.open')));
    const reason = await screen.findByText(t('problem.BAD_INVITATION'));
    expect(reason.closest('details')?.open).toBe(true);
  });

  it('says nothing of contacts where there is an invitation file and no account', async () => {
    const offeredInvitation = { fileName: 'Help.msrcIncident', from: 'Margaret', needsPassword: true, bound: true, past: false };
    const { user, calls } = openMainWindow({ ...withoutAccount, offeredInvitation });
    screen.getByRole('heading', { name: t('file.offered', { name: 'Margaret' }) });
    expect(button(t('home.ask'))).toBeUndefined();
    expect(screen.queryByRole('heading', { name: t('contacts.title') })).toBeNull();
    await user.type(screen.getByLabelText(t('file.passwordField')), 'ABCD EFGH');
    await user.click(theButton(t('file.connect')));
    expect(calls()).toEqual([['useInvitation', 'ABCD EFGH']]);
  });
});

// @vitest-environment happy-dom
import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { AccountView, TransportView } from '../../../src/preload/contract.ts';
import { isWordKey, t } from '../../../src/words/words.ts';
import { appState, NOW_MS, TRANSPORTS } from './fixtures.ts';
import { button, openMainWindow, theButton, words, type OpenWindow } from './windows.tsx';

const XMPP: TransportView = {
  name: 'xmpp',
  title: 'transport.xmpp',
  lead: 'xmpp.lead',
  fields: [
    { name: 'address', kind: 'text', label: 'xmpp.address', hint: 'xmpp.addressHint', maxLength: 255 },
    { name: 'password', kind: 'secret', label: 'xmpp.password', hint: 'xmpp.passwordHint', maxLength: 256 },
    { name: 'friendlyName', kind: 'name', label: 'account.friendlyName', hint: 'account.friendlyNameHint', maxLength: 100 },
    { name: 'server', kind: 'text', label: 'xmpp.server', hint: 'xmpp.serverHint', maxLength: 255, optional: true },
    { name: 'authority', kind: 'text', label: 'xmpp.authority', hint: 'xmpp.authorityHint', maxLength: 1_024, optional: true },
  ],
  makesAccounts: true,
};
const transports = [...TRANSPORTS, XMPP];
const nobody = appState({ transports, messenger: { tag: 'noAccount' }, accounts: [], contacts: [] });
const NORA = { transport: 'xmpp', address: 'nora@chat.example', friendlyName: 'Nora', password: 'a password' };
const INVITED = 'xmpp:chat.example?register;preauth=T0k';
const nora = (status: AccountView['status']): AccountView => ({ ...NORA, values: { address: NORA.address, friendlyName: 'Nora' }, status });

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label);
const makes = () => screen.getByRole<HTMLInputElement>('switch', { name: t('account.make') });

async function typeNora({ user }: Pick<OpenWindow, 'user'>, address = NORA.address) {
  await user.type(field(t('xmpp.address')), address);
  await user.type(field(t('xmpp.password')), NORA.password);
  await user.type(field(t('account.friendlyName')), NORA.friendlyName);
}

describe('an account on a server of the internet', () => {
  it('is what somebody is led to whose person is in another home, past the messengers that are in one network', async () => {
    const window = openMainWindow(nobody, { welcome: 'host' });
    await window.user.click(screen.getByLabelText(t('hostStart.whereElsewhere')));
    screen.getByText(t('hostStart.elsewhereNote'));
    await window.user.click(theButton(t('need.begin')));
    expect(screen.queryByLabelText(t('transport.msnp'))).toBeNull();
    await typeNora(window);
    await window.user.click(theButton(t('account.save')));
    expect(window.calls()).toEqual([
      ['saveAccount', NORA],
      ['saveSettings', { home: 'give' }],
    ]);
  });

  it.each([
    ['WRONG_CREDENTIALS', 'xmpp.password', 'problem.WRONG_PASSWORD', ''],
    ['WRONG_KEY', 'xmpp.authority', 'problem.SERVER_NOT_PROVED', ''],
    ['UNREACHABLE', 'xmpp.address', 'problem.NO_SERVER_THERE', ''],
    ['UNREACHABLE', 'xmpp.server', 'problem.UNREACHABLE', 'chat.example:5222'],
  ] as const)('that is refused as %s says so beside %s, in words of its own', async (code, label, sentence, server) => {
    const window = openMainWindow(nobody, { welcome: 'elsewhere' });
    await typeNora(window);
    if (server !== '') await window.user.type(field(t('xmpp.server')), server);
    await window.user.click(theButton(t('account.save')));
    const status =
      code === 'WRONG_CREDENTIALS' ? ({ tag: 'signedOut', code } as const) : ({ tag: 'waiting', code, retryAtMs: NOW_MS + 9_000 } as const);
    window.send({ ...nobody, accounts: [nora(status)] });
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe(t(sentence));
    expect(field(t(label)).getAttribute('aria-describedby')?.split(' ')).toContain(alert.id);
    // What time does not mend is not tried again and again.
    expect(button(t('need.keepTrying')) !== undefined).toBe(code === 'UNREACHABLE');
  });

  it('is there for somebody who needs help, too', async () => {
    const window = openMainWindow(nobody, { welcome: 'need' });
    await window.user.click(screen.getByText(t('need.nothing')));
    await window.user.click(theButton(t('welcome.haveAccount')));
    screen.getByRole('heading', { name: t('account.title') });
  });
});

describe('an account that the server is to make', () => {
  it('is a switch in the form of a transport whose servers do so', async () => {
    const window = openMainWindow(nobody, { welcome: 'account' });
    expect(screen.queryByRole('switch', { name: t('account.make') })).toBeNull();
    await window.user.click(screen.getByLabelText(t('transport.xmpp')));
    expect(screen.queryByLabelText(t('account.invitation'))).toBeNull();
    await window.user.click(makes());
    await typeNora(window);
    expect(button(t('account.save'))).toBeUndefined();
    await window.user.click(theButton(t('account.makeSubmit')));
    expect(window.calls()).toEqual([['makeAccount', { ...NORA, invitation: '' }]]);
    // It is made: what may still be wrong is about signing in.
    window.send({ ...nobody, accounts: [nora({ tag: 'connecting' })] });
    expect(makes().checked).toBe(false);
    expect(field(t('xmpp.password')).value).toBe(NORA.password);
    window.send({
      ...nobody,
      messenger: { tag: 'signedIn', presence: 'online' },
      accounts: [nora({ tag: 'signedIn', presence: 'online' })],
    });
    theButton(t('home.ask'));
  });

  it('is not said to lack an invitation any more once one is there', async () => {
    const refusal = { ok: false, code: 'NOT_MADE_UNINVITED', message: '', field: 'invitation' };
    const window = openMainWindow(nobody, { welcome: 'account' }, { makeAccount: refusal });
    await window.user.click(screen.getByLabelText(t('transport.xmpp')));
    await window.user.click(makes());
    await typeNora(window);
    await window.user.click(theButton(t('account.makeSubmit')));
    expect((await screen.findByRole('alert')).textContent).toBe(t('problem.NOT_MADE_UNINVITED'));
    await window.user.click(field(t('account.invitation')));
    await window.user.paste(INVITED);
    expect(screen.queryByRole('alert')).toBeNull();
    // Refused anew, it is said anew.
    await window.user.click(theButton(t('account.makeSubmit')));
    expect((await screen.findByRole('alert')).textContent).toBe(t('problem.NOT_MADE_UNINVITED'));
  });

  it.each([
    ['NOT_MADE_TAKEN', 'address', 'xmpp.address'],
    ['NOT_MADE_OTHER_SERVER', 'address', 'xmpp.address'],
    ['NOT_MADE_UNINVITED', 'invitation', 'account.invitation'],
    ['NOT_MADE_INVITATION_USED', 'invitation', 'account.invitation'],
    ['NOT_MADE_NO_INVITATION', 'invitation', 'account.invitation'],
    ['NOT_MADE_LATER', undefined, undefined],
    ['NOT_MADE_ON_PAGE', undefined, undefined],
    ['NOT_MADE_REFUSED', undefined, undefined],
  ] as const)('and is not, for %s, says why at its place, and stays to be sent again', async (code, at, label) => {
    const refusal = { ok: false, code, message: '', ...(at === undefined ? {} : { field: at }) };
    const window = openMainWindow(nobody, { welcome: 'account' }, { makeAccount: refusal });
    await window.user.click(screen.getByLabelText(t('transport.xmpp')));
    await window.user.click(makes());
    await typeNora(window);
    await window.user.click(theButton(t('account.makeSubmit')));
    const alert = await screen.findByRole('alert');
    expect(isWordKey(`problem.${code}`)).toBe(true);
    expect(alert.textContent).toBe(t(`problem.${code}`));
    if (label !== undefined) expect(field(t(label)).getAttribute('aria-describedby')?.split(' ')).toContain(alert.id);
    expect([makes().checked, field(t('xmpp.password')).value]).toEqual([true, NORA.password]);
    theButton(t('account.makeSubmit'));
  });

  it.each([
    [`Come in: ${INVITED}.`, INVITED, '@chat.example'],
    ['xmpp:nora@chat.example?register;preauth=T0k', 'xmpp:nora@chat.example?register;preauth=T0k', 'nora@chat.example'],
    ['xmpp:erik@chat.example?roster;preauth=T0k;ibr=y', 'xmpp:erik@chat.example?roster;preauth=T0k;ibr=y', '@chat.example'],
  ])('by “%s”, pasted at the first start, begins with what the link says', async (text, link, address) => {
    const window = openMainWindow(nobody);
    await window.user.paste(text);
    expect(field(t('account.invitation')).value).toBe(link);
    expect(field(t('xmpp.address')).value).toBe(address);
    expect(words()).toContain(t('account.invited', { server: 'chat.example' }));
    await window.user.clear(field(t('xmpp.address')));
    await typeNora(window);
    await window.user.click(theButton(t('account.makeSubmit')));
    expect(window.calls()).toEqual([['makeAccount', { ...NORA, invitation: link }]]);
  });

  it('by a link pasted for the helper’s message, dropped, or pasted into the form', async () => {
    const first = openMainWindow(nobody, { welcome: 'need' });
    await first.user.click(screen.getByLabelText(t('need.message')));
    await first.user.paste(INVITED);
    await first.user.click(theButton(t('need.begin')));
    expect(field(t('account.invitation')).value).toBe(INVITED);
    openMainWindow(nobody);
    fireEvent.drop(screen.getByRole('main'), { dataTransfer: { files: [], getData: () => INVITED } });
    expect(field(t('account.invitation')).value).toBe(INVITED);
    const { user, calls } = openMainWindow(nobody, { welcome: 'account' });
    await user.click(screen.getByLabelText(t('transport.xmpp')));
    await user.click(field(t('xmpp.password')));
    await user.paste(INVITED);
    expect([makes().checked, field(t('account.invitation')).value]).toEqual([true, INVITED]);
    expect([field(t('xmpp.address')).value, field(t('xmpp.password')).value]).toEqual(['@chat.example', '']);
    expect(calls()).toEqual([]);
  });

  it('by a link pasted later opens the form in Settings, which closes once it has signed in', async () => {
    const app = appState({ transports });
    const window = openMainWindow(app);
    await window.user.paste(INVITED);
    expect(window.store.getState().ui.page).toBe('settings');
    // Other parts of Settings have passwords and names, too.
    const form = () => within(theButton(t('account.makeSubmit')).closest('form') as HTMLElement);
    await window.user.clear(form().getByLabelText(t('xmpp.address')));
    for (const [label, text] of [
      [t('xmpp.address'), NORA.address],
      [t('xmpp.password'), NORA.password],
      [t('account.friendlyName'), NORA.friendlyName],
    ] as const)
      await window.user.type(form().getByLabelText(label), text);
    await window.user.click(theButton(t('account.makeSubmit')));
    expect(window.calls()).toEqual([['makeAccount', { ...NORA, invitation: INVITED }]]);
    window.send({ ...app, accounts: [...app.accounts, nora({ tag: 'connecting' })] });
    expect([makes().checked, field(t('xmpp.address')).value]).toEqual([false, NORA.address]);
    window.send({ ...app, accounts: [...app.accounts, nora({ tag: 'signedIn', presence: 'online' })] });
    expect(screen.queryByLabelText(t('xmpp.address'))).toBeNull();
    expect(window.store.getState().ui.serverInvitation).toBeUndefined();
  });

  it('is not wanted any more after Cancel', async () => {
    const window = openMainWindow(appState({ transports }));
    await window.user.paste(INVITED);
    await window.user.click(theButton(t('common.cancel')));
    expect(screen.queryByLabelText(t('account.invitation'))).toBeNull();
    expect(window.store.getState().ui.serverInvitation).toBeUndefined();
    expect(window.calls()).toEqual([]);
  });
});

// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { AccountView, AppState, MessengerStatus } from '../../../src/preload/contract.ts';
import { writeAccountLink } from '../../../src/protocol/msnp/account-link.ts';
import { t } from '../../../src/words/words.ts';
import { appState, faring, MARGARET } from './fixtures.ts';
import { button, openMainWindow, theButton, words } from './windows.tsx';

const nobody = appState({ messenger: { tag: 'noAccount' }, accounts: [], contacts: [] });
const LINKED = { server: '192.0.2.1:1863', address: MARGARET.address, friendlyName: 'Margaret', accessToken: 'k7Qm-2xPd' };
const BY_PETER = { ...LINKED, contact: 'peter@ringback.local', contactName: 'Peter' };
const refused: MessengerStatus = { tag: 'signedOut', code: 'WRONG_CREDENTIALS' };
const away: MessengerStatus = { tag: 'waiting', code: 'UNREACHABLE', retryAtMs: 0 };

/** Of a computer whose account is Margaret's alone. */
const trying = (status: AccountView['status'], values: Readonly<Record<string, string>> = {}): AppState => ({
  ...appState({ contacts: [] }),
  messenger: status,
  accounts: [{ ...MARGARET, status, values: { ...MARGARET.values, ...values } }],
});

async function pasteMessage(account: typeof LINKED | typeof BY_PETER) {
  const window = openMainWindow(nobody, { welcome: 'need' });
  await window.user.click(screen.getByLabelText(t('need.message')));
  await window.user.paste(writeAccountLink(account));
  await window.user.click(theButton(t('need.begin')));
  window.send(trying({ tag: 'connecting' }, account));
  theButton(t('status.connecting'));
  return window;
}
const message = (): string => screen.getByLabelText<HTMLTextAreaElement>(t('need.message')).value;

describe('the first sign-in', () => {
  it('that works leads to Home', async () => {
    const { send } = await pasteMessage(LINKED);
    send(trying({ tag: 'signedIn', presence: 'online' }));
    theButton(t('home.ask'));
  });

  it('that is refused says so under the message, which is still there to be changed', async () => {
    const { user, send, calls } = await pasteMessage(LINKED);
    send(trying(refused));
    screen.getByText(t('need.refused'));
    expect(message()).toBe(writeAccountLink(LINKED));
    expect(button(t('need.keepTrying'))).toBeUndefined();
    await user.click(theButton(t('need.begin')));
    expect(calls().filter(([name]) => name === 'saveAccount')).toHaveLength(2);
    expect(words()).not.toContain(t('need.refused'));
  });

  it('names whose computer is off, keeps the words while it tries again, and lets people go on', async () => {
    const { user, send } = await pasteMessage(BY_PETER);
    send(trying(away, BY_PETER));
    const off = t('problem.carrierUnreachable', { name: 'Peter' });
    screen.getByText(off);
    send(trying({ tag: 'connecting' }, BY_PETER));
    screen.getByText(off);
    await user.click(theButton(t('need.keepTrying')));
    send(trying(away, BY_PETER));
    theButton(t('home.ask'));
    expect(words()).toContain(off);
    expect(words()).not.toContain(t('problem.UNREACHABLE'));
  });

  it('is undone by going back', async () => {
    const { user, send, calls } = await pasteMessage(LINKED);
    send(trying(away));
    screen.getByText(t('need.unreachable'));
    await user.click(theButton(t('common.back')));
    expect(calls().at(-1)).toEqual(['forgetAccount', 'msnp']);
    send(nobody);
    screen.getByText(t('welcome.question'));
  });

  it('with typed fields says what is wrong at the field', async () => {
    const { user, send } = openMainWindow(nobody, { welcome: 'account' });
    for (const name of ['server', 'address', 'friendlyName', 'accessToken'] as const)
      await user.type(screen.getByLabelText(t(`account.${name}`)), LINKED[name]);
    await user.click(theButton(t('account.save')));
    send(trying(away));
    expect(screen.getByLabelText(t('account.server')).getAttribute('aria-invalid')).toBe('true');
    screen.getByText(t('problem.UNREACHABLE'));
    send(trying(refused));
    const token = screen.getByLabelText(t('account.accessToken'));
    expect([token.getAttribute('aria-invalid'), (token as HTMLInputElement).value]).toEqual(['true', LINKED.accessToken]);
  });
});

describe('an account changed in Settings', () => {
  it('stays in its form until it has signed in, with the reason at the field', async () => {
    const { user, send } = openMainWindow(appState(), { page: 'settings' });
    await user.click(theButton(t('account.change')));
    await user.type(screen.getByLabelText(t('account.accessToken')), 'typed-wrong');
    await user.click(theButton(t('account.save')));
    send(appState(faring({ tag: 'connecting' })));
    send(appState(faring(refused)));
    const token = screen.getByLabelText(t('account.accessToken'));
    expect([token.getAttribute('aria-invalid'), (token as HTMLInputElement).value]).toEqual(['true', 'typed-wrong']);
    send(appState(faring({ tag: 'signedIn', presence: 'online' })));
    theButton(t('account.change'));
  });

  it('is offered for change, with the reason, from the line that says it was refused', async () => {
    const { user } = openMainWindow(appState(faring(refused)));
    await user.click(theButton(t('account.change')));
    expect(screen.getByLabelText(t('account.accessToken')).getAttribute('aria-invalid')).toBe('true');
  });
});

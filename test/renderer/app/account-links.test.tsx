// @vitest-environment happy-dom
import { fireEvent, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { writeAccountLink } from '../../../src/protocol/msnp/account-link.ts';
import { t } from '../../../src/words/words.ts';
import type { TransportView } from '../../../src/preload/contract.ts';
import { appState, faring, TRANSPORTS } from './fixtures.ts';
import { openMainWindow, theButton, words } from './windows.tsx';

const XMPP: TransportView = {
  name: 'xmpp',
  title: 'transport.xmpp',
  lead: 'xmpp.lead',
  fields: [{ name: 'address', kind: 'text', label: 'xmpp.address', hint: 'xmpp.addressHint', maxLength: 255 }],
  makesAccounts: true,
  invitesContacts: true,
};

describe('the account of a link', () => {
  const offeredAccount = {
    server: '192.168.1.20:1863',
    address: 'anna@ringback.local',
    friendlyName: 'Anna',
    contact: { address: 'peter@ringback.local', friendlyName: 'Peter' },
  };
  const LINK = 'ringback:msnp?v=2&server=x&end=1';

  it('is shown on every page with what it takes the place of, and waits for a click', async () => {
    const instead = { address: 'margaret@ringback.local', friendlyName: 'Margaret' };
    const { user, calls, send } = openMainWindow(appState(), { page: 'history' });
    send(appState({ offeredAccount: { ...offeredAccount, instead } }));
    screen.getByRole('heading', { name: t('offeredAccount.title', { name: 'Peter' }) });
    expect(words()).toContain(t('offeredAccount.instead', { name: 'Margaret', address: instead.address }));
    expect(words()).toContain('peter@ringback.local');
    expect(calls()).toEqual([]);
    await user.click(theButton(t('offeredAccount.replace')));
    send(appState({ offeredAccount }));
    await user.click(theButton(t('offeredAccount.putAway')));
    expect(calls()).toEqual([['takeOfferedAccount'], ['putOfferedAccountAway']]);
  });

  it('is handed to main when the link is pasted or dropped anywhere, and says why where it is no good', async () => {
    const { user, calls } = openMainWindow(appState(), {}, { offerAccount: { ok: false, code: 'LINK_CUT_OFF', message: '' } });
    await user.paste('nothing of ours');
    await user.paste(`Hello ${LINK}`);
    await screen.findByText(t('problem.LINK_CUT_OFF'));
    const main = screen.getByRole('main');
    fireEvent.drop(main, { dataTransfer: { files: [], getData: () => `see ${LINK}` } });
    await user.click(theButton(t('contacts.add')));
    await user.click(screen.getByLabelText(t('contacts.addAddress')));
    await user.paste(LINK);
    expect(calls()).toEqual([
      ['offerAccount', `Hello ${LINK}`],
      ['offerAccount', `see ${LINK}`],
      ['offerAccount', LINK],
    ]);
  });

  it('fills the form of an account, whichever field it is pasted into, and goes with another address', async () => {
    const account = {
      server: '192.0.2.9:1863',
      address: 'new@ringback.local',
      friendlyName: 'New',
      accessToken: 't-1',
      contact: 'peter@ringback.local',
    };
    const { user, calls, send } = openMainWindow(appState(), { page: 'settings' });
    await user.click(theButton(t('account.change')));
    await user.click(screen.getByLabelText(t('account.server')));
    await user.paste('Read this: ringback:msnp?v=2&server=');
    await screen.findByText(t('problem.LINK_CUT_OFF'));
    await user.paste(`Read this: ${writeAccountLink(account)}`);
    await user.click(theButton(t('account.save')));
    send(appState(faring({ tag: 'signedIn', presence: 'online' })));
    await user.click(await screen.findByRole('button', { name: t('account.change') }));
    await user.click(screen.getByLabelText(t('account.server')));
    await user.paste(writeAccountLink(account));
    const address = screen.getByLabelText(t('account.address'));
    await user.clear(address);
    await user.type(address, 'another@ringback.local');
    await user.click(theButton(t('account.save')));
    const { contact: _, ...without } = account;
    expect(calls()).toEqual([
      ['saveAccount', { transport: 'msnp', ...account }],
      ['saveAccount', { transport: 'msnp', ...without, address: 'another@ringback.local' }],
    ]);
  });
});

describe('a link that makes somebody a contact', () => {
  const LINK = 'xmpp:erik@chat.example?roster;preauth=T0k';
  const onServer = appState({
    transports: [...TRANSPORTS, XMPP],
    accounts: [
      {
        transport: 'xmpp',
        address: 'nora@chat.example',
        friendlyName: 'Nora',
        values: {},
        status: { tag: 'signedIn', presence: 'online' },
      },
    ],
  });

  it('is handed to main and waits for a click; whose server makes accounts as well, only where there is none', async () => {
    const { user, calls, send } = openMainWindow(onServer);
    await user.paste(`Here: ${LINK};ibr=y`);
    send({ ...onServer, offeredContact: { transport: 'xmpp', address: 'erik@chat.example', another: true } });
    screen.getByRole('heading', { name: t('offeredContact.title', { address: 'erik@chat.example' }) });
    expect(words()).toContain(t('offered.another'));
    await user.click(theButton(t('offeredContact.add')));
    await user.click(theButton(t('offeredAccount.putAway')));
    expect(calls()).toEqual([['offerAccount', `Here: ${LINK};ibr=y`], ['takeOfferedContact'], ['putOfferedContactAway']]);
  });

  it('opens the form of an account where that is what it gives, and says what is missing where it is not', async () => {
    const nobody = appState({ transports: [...TRANSPORTS, XMPP], messenger: { tag: 'noAccount' }, accounts: [], contacts: [] });
    const { user, calls } = openMainWindow(nobody, {}, { offerAccount: { ok: false, code: 'CONTACT_LINK_NO_ACCOUNT', message: '' } });
    await user.paste(LINK);
    await screen.findByText(t('problem.CONTACT_LINK_NO_ACCOUNT'));
    await user.paste(`${LINK};ibr=y`);
    expect(screen.getByLabelText<HTMLInputElement>(t('account.invitation')).value).toBe(`${LINK};ibr=y`);
    expect(calls()).toEqual([['offerAccount', LINK]]);
  });

  it('is made with a press, to be sent to somebody', async () => {
    const { user, calls } = openMainWindow(onServer, {}, { makeContactLink: { ok: true, value: LINK } });
    await user.click(theButton(t('contactLink.make')));
    expect(words()).toContain(LINK);
    await user.click(theButton(t('contactLink.copy')));
    expect(calls()).toEqual([
      ['makeContactLink', 'xmpp'],
      ['copyText', t('contactLink.message', { link: LINK })],
    ]);
  });
});

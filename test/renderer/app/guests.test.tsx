// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { t } from '../../../src/words/words.ts';
import { appState, NOW_MS, session } from './fixtures.ts';
import { button, openMainWindow, theButton, words } from './windows.tsx';

const nobody = appState({ messenger: { tag: 'noAccount' }, accounts: [], contacts: [] });
const LINK = 'ringback:help?v=1&to=erik%40help.example&code=K7QM2CFH&end=1';
const NEWCOMER = { code: 'K7QM2CFH', state: 'open', expiresAtMs: NOW_MS + 600_000, wrong: 0, link: LINK, byPage: false } as const;

describe('somebody without an account', () => {
  it('asks with two presses, an address and a code', async () => {
    const { user, calls } = openMainWindow(nobody);
    await user.click(screen.getByRole('button', { name: new RegExp(`^${t('welcome.need')}`) }));
    await user.type(screen.getByLabelText(t('guest.address')), 'erik@help.example');
    await user.type(screen.getByLabelText(t('guest.code')), 'k7qm 2cfh');
    await user.click(theButton(t('guest.ask')));
    expect(calls()).toEqual([['askAsGuest', { address: 'erik@help.example', code: 'k7qm 2cfh', server: '', name: 'Nora', authority: '' }]]);
  });

  it('reads beside the code that it was wrong, and how often it may be tried', async () => {
    const { user, send } = openMainWindow(
      nobody,
      { welcome: 'need' },
      { askAsGuest: { ok: false, code: 'GUEST_CODE_WRONG', field: 'code', message: '' } },
    );
    await user.type(screen.getByLabelText(t('guest.address')), 'erik@help.example');
    await user.type(screen.getByLabelText(t('guest.code')), 'CCCCCCCC');
    await user.click(theButton(t('guest.ask')));
    send({ ...nobody, guestTriesLeft: 4 });
    expect(screen.getByLabelText(t('guest.code')).getAttribute('aria-invalid')).toBe('true');
    expect(words()).toContain(t('problem.GUEST_CODE_WRONG'));
    expect(words()).toContain(t('guest.triesLeft', { count: 4 }));
  });

  it('pastes the message, and is asked before anything is done', async () => {
    const { user, calls, send } = openMainWindow(nobody, { welcome: 'need' });
    await user.click(screen.getByLabelText(t('need.message')));
    await user.paste(`Open this link: ${LINK}`);
    await user.click(theButton(t('need.begin')));
    send({ ...nobody, offeredHelp: { address: 'erik@help.example', claim: 'Erik' } });
    screen.getByRole('heading', { name: t('offeredHelp.titleNamed', { name: 'Erik' }) });
    expect(calls()).toEqual([['offerAccount', `Open this link: ${LINK}`]]);
    await user.click(screen.getAllByRole('button', { name: t('offeredHelp.ask') })[0] as HTMLElement);
    expect(calls().at(-1)).toEqual(['takeOfferedHelp', { name: 'Nora', authority: '' }]);
  });

  it('sees the name that the helper reads, says one where the computer knows none, and is offered it the next time', async () => {
    const { user, calls } = openMainWindow({ ...nobody, suggestedName: '' }, { welcome: 'need' });
    await user.type(screen.getByLabelText(t('guest.address')), 'erik@help.example');
    await user.type(screen.getByLabelText(t('guest.code')), 'K7QM2CFH');
    expect(theButton(t('guest.ask')).getAttribute('disabled')).not.toBeNull();
    await user.type(screen.getByLabelText(t('guest.name')), ' Nora M. ');
    await user.click(theButton(t('guest.ask')));
    expect(calls()).toEqual([
      ['saveSettings', { ownName: 'Nora M.' }],
      ['askAsGuest', { address: 'erik@help.example', code: 'K7QM2CFH', server: '', name: 'Nora M.', authority: '' }],
    ]);
  });

  it('names the file of an authority where the server has one of its own, also by a link', async () => {
    const notProved = { ok: false, code: 'GUEST_SERVER_NOT_PROVED', message: '' };
    const { user, calls, send } = openMainWindow(nobody, { welcome: 'need' }, { askAsGuest: notProved, takeOfferedHelp: notProved });
    await user.type(screen.getByLabelText(t('guest.address')), 'erik@help.example');
    await user.type(screen.getByLabelText(t('guest.code')), 'K7QM2CFH');
    await user.click(theButton(t('guest.ask')));
    // The fold has opened by itself.
    await user.type(screen.getByLabelText(t('guest.authority')), '/media/stick/ca.pem');
    expect(screen.getByText(t('guest.more')).closest('details')?.open).toBe(true);
    await user.click(theButton(t('guest.ask')));
    const typed = { address: 'erik@help.example', code: 'K7QM2CFH', server: '', name: 'Nora', authority: '/media/stick/ca.pem' };
    expect(calls().at(-1)).toEqual(['askAsGuest', typed]);
    send({ ...nobody, offeredHelp: { address: 'erik@help.example', claim: 'Erik' } });
    const card = within(screen.getByRole('region', { name: t('offeredHelp.titleNamed', { name: 'Erik' }) }));
    expect(card.queryByLabelText(t('guest.authority'))).toBeNull();
    await user.click(card.getByRole('button', { name: t('offeredHelp.ask') }));
    await user.type(card.getByLabelText(t('guest.authority')), '/tmp/ca.pem');
    await user.click(card.getByRole('button', { name: t('offeredHelp.ask') }));
    expect(calls().at(-1)).toEqual(['takeOfferedHelp', { name: 'Nora', authority: '/tmp/ca.pem' }]);
  });
});

describe('a session that somebody without an account has asked for', () => {
  const ended = (transport: string, reason: 'stoppedByNovice' | 'timedOut') => {
    const over = session('novice', { tag: 'ended', reason, atMs: NOW_MS });
    return { ...nobody, session: { ...over, peer: { ...over.peer, transport } } };
  };

  it('says at its end that it takes a new code to ask again, where the code has been used', () => {
    const { send } = openMainWindow(ended('guest', 'stoppedByNovice'));
    const sentence = t('ended.newCode', { name: 'Anna' });
    expect(words()).toContain(sentence);
    send(ended('guest', 'timedOut'));
    expect(words()).not.toContain(sentence);
    send(ended('msnp', 'stoppedByNovice'));
    expect(words()).not.toContain(sentence);
  });
});

describe('who helps somebody new', () => {
  it('gets a code and a message with one press, and takes them back with another', async () => {
    const { user, calls, send } = openMainWindow(appState());
    await user.click(theButton(t('newcomer.begin')));
    send(appState({ newcomer: { ...NEWCOMER, address: 'erik@help.example', wrong: 2 } }));
    expect(words()).toContain('K7QM');
    expect(words()).toContain(t('newcomer.wrong', { count: 2 }));
    await user.click(theButton(t('newcomer.copyMessage')));
    await user.click(theButton(t('newcomer.takeBack')));
    expect(calls()).toEqual([
      ['helpSomebodyNew'],
      ['copyText', t('newcomer.message', { link: LINK, address: 'erik@help.example', guestCode: 'K7QM 2CFH' })],
      ['putNewcomerAway'],
    ]);
  });

  it('reads out the server as well where the address does not lead there, and is told of a file that they may need', async () => {
    const place = { address: 'erik@help.example', server: '192.0.2.7:5222' };
    const { user, calls } = openMainWindow(appState({ newcomer: { ...NEWCOMER, ...place, authority: '/media/stick/help.pem' } }));
    screen.getByText(place.server);
    screen.getByText(t('newcomer.authority', { file: '/media/stick/help.pem' }));
    await user.click(theButton(t('newcomer.copyMessage')));
    expect(calls()).toEqual([['copyText', t('newcomer.messageServer', { link: LINK, guestCode: 'K7QM 2CFH', ...place })]]);
  });

  it('sends only a link where nobody could say the address, and makes a new one of a code that is too old', async () => {
    const { user, calls, send } = openMainWindow(appState({ newcomer: NEWCOMER }));
    expect(screen.queryByText(t('newcomer.code'), { exact: true })).toBeNull();
    await user.click(theButton(t('newcomer.copyMessage')));
    send(appState({ newcomer: { ...NEWCOMER, state: 'expired' } }));
    await user.click(theButton(t('newcomer.again')));
    send(appState({ newcomer: { ...NEWCOMER, state: 'claimed' } }));
    expect(button(t('newcomer.begin'))).toBeUndefined();
    // Who had it has been answered: the next one can have another.
    send(appState({ newcomer: { ...NEWCOMER, state: 'used' } }));
    theButton(t('newcomer.begin'));
    expect(calls()).toEqual([['copyText', t('newcomer.messageLink', { link: LINK })], ['helpSomebodyNew']]);
  });

  it('is told that a guest’s name is only what they say, and whose it looks like', () => {
    const guest = {
      id: 'g',
      guest: true,
      from: { transport: 'xmpp', address: '1@guest', friendlyName: '“Anna”' },
      receivedAtMs: NOW_MS,
    } as const;
    const { send } = openMainWindow(appState({ invitations: [guest] }));
    expect(words()).toContain(t('invitation.guest'));
    send(appState({ invitations: [{ ...guest, like: 'Anna' }] }));
    expect(words()).toContain(t('invitation.guestLike', { name: 'Anna' }));
  });

  it('says what is missing where nobody can be let in', async () => {
    const { user } = openMainWindow(appState(), {}, { helpSomebodyNew: { ok: false, code: 'NO_GUESTS', message: '' } });
    await user.click(theButton(t('newcomer.begin')));
    expect(words()).toContain(t('problem.NO_GUESTS'));
  });

  it('names a server for guests and a page in Settings, both at once', async () => {
    const { user, calls } = openMainWindow(appState(), { page: 'settings' });
    await user.type(screen.getByLabelText(t('settings.guestServer')), 'Guests.example');
    await user.type(screen.getByLabelText(t('settings.helpPage')), 'https://page.example/h');
    await user.click(theButton(t('settings.saveGuestPlaces')));
    expect(calls()).toEqual([['setGuestPlaces', { guestServer: 'guests.example', helpPage: 'https://page.example/h' }]]);
  });
});

// @vitest-environment happy-dom
import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ServerFacts } from '../../../src/facts/server.ts';
import type { AccountView } from '../../../src/preload/contract.ts';
import { dateTime } from '../../../src/words/locale.ts';
import { t } from '../../../src/words/words.ts';
import { appState, MARGARET, TRANSPORTS } from './fixtures.ts';
import { button, openMainWindow, theButton, words } from './windows.tsx';

const FACTS: ServerFacts = {
  certificate: {
    subject: 'chat.example',
    issuer: 'Example Authority',
    validUntilMs: Date.UTC(2027, 4, 17, 12),
    sha256: 'AB:CD:EF:01',
  },
  relay: 'no',
  ownAddress: 'yes',
  guests: 'unknown',
};

const page = (answer?: unknown, status: AccountView['status'] = MARGARET.status, looksAtServer = true) =>
  openMainWindow(
    appState({
      transports: TRANSPORTS.map((transport) => ({ ...transport, ...(looksAtServer ? { looksAtServer } : {}) })),
      accounts: [{ ...MARGARET, status }],
    }),
    { page: 'settings' },
    answer === undefined ? {} : { lookAtServer: answer },
  );
const list = (name: string): string[] =>
  within(screen.getByRole('list', { name }))
    .getAllByRole('listitem')
    .map((item) => item.textContent ?? '');

describe('the server of an account', () => {
  it('is asked when the person wants to know, and tells who it is, what it offers and what is missing', async () => {
    const { user, calls } = page({ ok: true, value: FACTS });
    expect(calls()).toEqual([]);
    await user.click(theButton(t('server.look')));
    expect(calls()).toEqual([['lookAtServer', 'msnp']]);
    for (const said of ['chat.example', 'Example Authority', 'AB:CD:EF:01', dateTime(FACTS.certificate.validUntilMs)])
      expect(words()).toContain(said);
    expect(list(t('server.offers'))).toEqual([t('server.ownAddress.yes')]);
    expect(list(t('server.missing'))).toEqual([t('server.relay.no')]);
    expect(list(t('server.notSaid'))).toEqual([t('server.guests.unknown')]);
    expect(theButton(t('server.lookAgain'))).toBeDefined();
  });

  it('that has everything is not said to miss something', async () => {
    const { user } = page({ ok: true, value: { ...FACTS, relay: 'yes', guests: 'yes' } });
    await user.click(theButton(t('server.look')));
    expect(list(t('server.offers'))).toEqual([t('server.relay.yes'), t('server.ownAddress.yes'), t('server.guests.yes')]);
    expect(words()).not.toContain(t('server.missing'));
    expect(words()).not.toContain(t('server.notSaid'));
  });

  it('that cannot be asked is said, and nothing is shown of it', async () => {
    const { user } = page({ ok: false, code: 'CONNECTION_LOST', message: '' });
    await user.click(theButton(t('server.look')));
    expect(words()).toContain(t('problem.CONNECTION_LOST'));
    expect(words()).not.toContain(t('server.for'));
  });

  it('is looked at only while signed in, and on messengers whose servers can be looked at', () => {
    page(undefined, { tag: 'signedOut' });
    expect(button(t('server.look'))).toBeUndefined();
    page(undefined, MARGARET.status, false);
    expect(button(t('server.look'))).toBeUndefined();
    page();
    expect(button(t('server.look'))).toBeDefined();
  });
});

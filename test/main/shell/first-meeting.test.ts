import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock as clock } from '../../../src/main/clock.ts';
import { Interruptions } from '../../../src/main/interruptions.ts';
import { createMessengers } from '../../../src/main/messenger/messengers.ts';
import { msnp } from '../../../src/main/messenger/msnp/transport.ts';
import { createTransports, TRANSPORTS } from '../../../src/main/messenger/transports.ts';
import { openAccounts } from '../../../src/main/settings/account-store.ts';
import { openContacts } from '../../../src/main/settings/contacts-cache.ts';
import type { AppFacts } from '../../../src/main/shell/app-facts.ts';
import { createSignIn, expectsContact } from '../../../src/main/shell/sign-in.ts';
import { createStrangers } from '../../../src/main/shell/strangers.ts';
import { readAccountLink, writeAccountLink } from '../../../src/protocol/msnp/account-link.ts';
import { until } from '../messenger/raw-client.ts';
import { RawNetwork } from '../messenger/raw-network.ts';

const none = { clock, random: () => 0, applications: [] };

it('a link makes two people each other’s contacts, on a real messenger, and neither is a stranger to the other', async () => {
  const net = await RawNetwork.open();
  const folder = await mkdtemp(join(tmpdir(), 'ringback-meeting-'));
  try {
    await net.start();
    const of = (address: string) => ({ server: `127.0.0.1:${net.port}`, address, accessToken: net.token(address) });
    const host = msnp.create(none);
    net.later(() => host.signOut());
    const listed: string[] = [];
    host.onEvent((event) => void (event.tag === 'listed' && listed.push(event.peer.address)));
    host.signIn({ transport: 'msnp', ...of('bob@home'), friendlyName: 'Bob' });
    await until(
      () => host.state.tag === 'signedIn',
      () => 'the host',
    );
    await host.addContact('ann@home');

    const box = { isAvailable: async () => false, encrypt: async (text: string) => text, decrypt: async (text: string) => text };
    const accounts = await openAccounts(join(folder, 'account.json'), box, TRANSPORTS);
    const contacts = await openContacts(join(folder, 'contacts.json'));
    const lines: AppFacts['strangers'][] = [];
    const strangers = createStrangers({
      messengers: createMessengers(createTransports(none)),
      model: { update: ({ strangers: shown = [] }) => void lines.push(shown) },
      interruptions: new Interruptions(clock),
      isExpected: (peer) => expectsContact(accounts, peer),
    });
    net.later(() => strangers.messengers.close());
    const signIn = createSignIn({
      messengers: strangers.messengers,
      transports: TRANSPORTS,
      accounts,
      contacts,
      model: { notify: () => undefined, update: () => undefined } as never,
      located: (account) => account,
      onSecrets: () => undefined,
      onStorageError: () => undefined,
    });
    const link = writeAccountLink({ ...of('ann@home'), friendlyName: 'Ann', contact: 'bob@home', contactName: 'Bob' });
    await signIn.save({ transport: 'msnp', ...readAccountLink(`Hello Ann,\n${link}\n`) });
    const seen = (list: readonly { readonly address: string; readonly presence: string }[]) =>
      list.map(({ address, presence }) => `${address} ${presence}`);
    await until(
      () =>
        accounts.of('msnp')?.['introduced'] === 'yes' &&
        seen(strangers.messengers.contacts)[0] === 'bob@home online' &&
        seen(host.contacts)[0] === 'ann@home online',
      () => JSON.stringify([accounts.of('msnp'), strangers.messengers.contacts, host.contacts]),
    );
    expect([lines.flat(), listed]).toEqual([[], []]);
    await Promise.all([accounts.flush(), contacts.flush()]);
  } finally {
    await net.close();
    await rm(folder, { recursive: true, force: true });
  }
});

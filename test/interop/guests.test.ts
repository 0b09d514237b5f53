/* Somebody without an account through the servers that people have: sign-in, the code, the person's yes, tickets. What follows the tickets is in memory. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GUEST_TRANSPORT } from '../../src/facts/accounts.ts';
import { createAssistance } from '../../src/main/assistance/assistance.ts';
import type { Assistance } from '../../src/main/assistance/contract.ts';
import { systemClock as clock } from '../../src/main/clock.ts';
import type { Account, Messenger, Messengers } from '../../src/main/messenger/contract.ts';
import { createMessengers } from '../../src/main/messenger/messengers.ts';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import { XmppMessenger } from '../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { ASK_FOR_REMOTE_ASSISTANCE } from '../../src/protocol/assistance/application.ts';
import { FakeDesktop } from '../support/fake-desktop.ts';
import { createInMemoryInternet } from '../support/in-memory-connection.ts';
import { until } from '../support/programs.ts';
import { MemoryTrust } from '../support/trust.ts';
import { type XmppServer, needsServers, startEjabberd, startProsody } from '../support/xmpp-servers.ts';

const programs = needsServers();
const APPLICATIONS = [ASK_FOR_REMOTE_ASSISTANCE.guid];
const PASSWORD = 'secret of erik';

interface Person {
  readonly assistance: Assistance;
  readonly messengers: Messengers;
  close(): Promise<void>;
}

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd],
  ['Prosody', startProsody],
])(programs.title('a guest on %s'), (_name, start) => {
  const open = xmppStreams();
  let server: XmppServer;
  let folder: string;
  let authority: string;
  let internet: ReturnType<typeof createInMemoryInternet>;
  let erik: Person;
  const people: Person[] = [];

  const person = (transport: string, host: string, name: string): Person => {
    let assistance: Assistance | undefined;
    const messenger: Messenger = new XmppMessenger(
      transport,
      { clock, random: Math.random, applications: APPLICATIONS },
      { open, admitsGuest: () => assistance?.listensForGuests === true },
    );
    const messengers = createMessengers(new Map([[transport, messenger]]));
    const made = createAssistance({
      messengers,
      trust: new MemoryTrust(name),
      connection: internet.room(host),
      desktop: new FakeDesktop(),
      consent: { allowView: () => Promise.resolve(true), allowControl: () => Promise.resolve(false) },
      clock,
      history: { add: () => undefined },
      engine: () => 'ringback',
      userName: () => name,
      allowPlainExperts: () => false,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
    });
    assistance = made;
    const one = {
      assistance: made,
      messengers,
      close: async () => {
        await made.close();
        await messengers.close();
      },
    };
    people.push(one);
    return one;
  };

  const signIn = async ({ messengers }: Person, account: Account): Promise<string> => {
    messengers.signIn(account);
    return until(() => {
      const state = messengers.stateOf(account.transport);
      if (state.tag === 'waiting' || (state.tag === 'signedOut' && state.reason !== undefined)) throw new Error(JSON.stringify(state));
      return state.tag === 'signedIn' && state.address;
    }, `${account.address} to be signed in`);
  };

  const guest = async (friendlyName: string): Promise<Person> => {
    const one = person(GUEST_TRANSPORT, '192.168.1.10', friendlyName);
    await signIn(one, {
      transport: GUEST_TRANSPORT,
      address: `guest@${server.domain}`,
      guestHost: server.guestDomain,
      friendlyName,
      password: '',
      server: `${server.host}:${server.ports.clients}`,
      authority,
    });
    return one;
  };

  const ask = async (one: Person, code: string): Promise<string> => {
    try {
      await one.assistance.askAsGuest({ transport: GUEST_TRANSPORT, address: `erik@${server.domain}` }, code);
      return 'asked';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };
  const codeNow = (): string => erik.assistance.guestCode?.code ?? '';
  const wrongOf = (code: string): string => `${code.startsWith('C') ? 'F' : 'C'}${code.slice(1)}`;

  beforeAll(async () => {
    server = await start({ coturn: false });
    await server.register('erik', PASSWORD);
    folder = await mkdtemp(join(tmpdir(), 'ringback-guests-'));
    authority = join(folder, 'ca.pem');
    await writeFile(authority, server.ca);
  });
  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    internet = createInMemoryInternet(clock);
    erik = person('xmpp', '192.168.1.20', 'Erik');
    await signIn(erik, {
      transport: 'xmpp',
      address: `erik@${server.domain}`,
      friendlyName: 'Erik',
      password: PASSWORD,
      server: `${server.host}:${server.ports.clients}`,
      authority,
    });
  });
  afterEach(async () => {
    await Promise.all(people.splice(0).map((one) => one.close()));
  });

  it('is asked about once its code is proved, and is helped after the yes', async () => {
    erik.assistance.openGuestCode();
    const nora = await guest('Nora');
    expect(await ask(nora, codeNow())).toBe('asked');
    const [invitation] = erik.assistance.invitations;
    expect(invitation).toMatchObject({ guest: true, from: { friendlyName: 'Nora' } });
    expect(invitation?.from.address).toMatch(new RegExp(`@${server.guestDomain}$`));
    erik.assistance.acceptInvitation(invitation?.id ?? '');
    for (const { assistance } of [nora, erik])
      await until(() => assistance.status?.phase.tag === 'connected', `a session\n${JSON.stringify(assistance.status)}`, 15_000);
    expect(erik.assistance.status?.peer.verification).toEqual({ tag: 'code' });
    await nora.assistance.endSession();
  });

  it('with a wrong code it rings nowhere; with the right one it does, after three', async () => {
    erik.assistance.openGuestCode();
    const nora = await guest('Nora');
    for (let guess = 0; guess < 3; guess += 1) expect(await ask(nora, wrongOf(codeNow()))).toBe('GUEST_CODE_WRONG');
    expect(erik.assistance.invitations).toEqual([]);
    expect(await ask(nora, codeNow())).toBe('asked');
    erik.assistance.declineInvitation(erik.assistance.invitations[0]?.id ?? '');
    await until(() => nora.assistance.status?.phase.tag === 'ended', 'the no');
    expect(nora.assistance.status?.phase).toMatchObject({ reason: 'declined' });
  });

  it('without an open code it is not answered at all, and the account hears nothing', async () => {
    const nora = await guest('Nora');
    expect(await ask(nora, 'CFHKMQRW')).toBe('GUEST_NOBODY');
    expect(erik.assistance.invitations).toEqual([]);
  }, 40_000);

  it('several at once who do not know the code do not keep out the one who does', async () => {
    erik.assistance.openGuestCode();
    const strangers = await Promise.all(['A', 'B', 'C', 'D'].map(guest));
    const outcomes = await Promise.all(strangers.map((one) => ask(one, wrongOf(codeNow()))));
    expect(outcomes).toEqual(Array(4).fill('GUEST_CODE_WRONG'));
    expect(erik.assistance.guestCode).toMatchObject({ state: 'open', wrong: 4 });
    const nora = await guest('Nora');
    expect(await ask(nora, codeNow())).toBe('asked');
  });
});

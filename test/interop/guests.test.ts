/* Somebody without an account through the servers that people have: sign-in, the code, the person's yes, tickets. And two with accounts who meet by a link. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import { XmppMessenger } from '../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { ASK_FOR_REMOTE_ASSISTANCE } from '../../src/protocol/assistance/application.ts';
import { JINGLE_MESSAGE, writeJingleMessage } from '../../src/protocol/xmpp/jingle-message.ts';
import { NS } from '../../src/protocol/xmpp/namespaces.ts';
import { childOf, element } from '../../src/protocol/xmpp/stanza.ts';
import { type GuestsAndExpert, guestsAndExpert, type Person, wrongOf } from '../support/guests-and-expert.ts';
import { until } from '../support/programs.ts';
import { type XmppServer, needsServers, startEjabberd, startProsody } from '../support/xmpp-servers.ts';

const programs = needsServers();
const PASSWORD = 'secret of erik';

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd],
  ['Prosody', startProsody],
])(programs.title('guests and links on %s'), (_name, start) => {
  const open = xmppStreams();
  let server: XmppServer;
  let folder: string | undefined;
  let authority: string;
  let people: GuestsAndExpert;
  let erik: Person;
  const codeNow = (): string => erik.assistance.guestCode?.code ?? '';

  beforeAll(async () => {
    server = await start({ coturn: false });
    await server.register('erik', PASSWORD);
    folder = await mkdtemp(join(tmpdir(), 'ringback-guests-'));
    authority = join(folder, 'ca.pem');
    await writeFile(authority, server.ca);
  });
  afterAll(async () => {
    await server?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    people = guestsAndExpert(open, server.domain, { server: `${server.host}:${server.ports.clients}`, authority });
    erik = await people.expert(PASSWORD);
  });
  afterEach(() => people.close());

  it('is asked about once its code is proved, and is helped after the yes', async () => {
    erik.assistance.openGuestCode();
    const nora = await people.guest('Nora');
    expect(await people.ask(nora, codeNow())).toBe('asked');
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
    const nora = await people.guest('Nora');
    for (let guess = 0; guess < 3; guess += 1) expect(await people.ask(nora, wrongOf(codeNow()))).toBe('GUEST_CODE_WRONG');
    expect(erik.assistance.invitations).toEqual([]);
    expect(await people.ask(nora, codeNow())).toBe('asked');
    erik.assistance.declineInvitation(erik.assistance.invitations[0]?.id ?? '');
    await until(() => nora.assistance.status?.phase.tag === 'ended', 'the no');
    expect(nora.assistance.status?.phase).toMatchObject({ reason: 'declined' });
  });

  it('without an open code it is not answered at all, and the account hears nothing', async () => {
    const nora = await people.guest('Nora');
    expect(await people.ask(nora, 'CFHKMQRW')).toBe('GUEST_NOBODY');
    expect(erik.assistance.invitations).toEqual([]);
  }, 40_000);

  it('several at once who do not know the code do not keep out the one who does', async () => {
    erik.assistance.openGuestCode();
    const strangers = await Promise.all(['A', 'B', 'C', 'D'].map((name) => people.guest(name)));
    const outcomes = await Promise.all(strangers.map((one) => people.ask(one, wrongOf(codeNow()))));
    expect(outcomes).toEqual(Array(4).fill('GUEST_CODE_WRONG'));
    expect(erik.assistance.guestCode).toMatchObject({ state: 'open', wrong: 4 });
    const nora = await people.guest('Nora');
    expect(await people.ask(nora, codeNow())).toBe('asked');
  });

  it('a crowd that begins and says nothing more holds no place either, and costs the code nothing', async () => {
    erik.assistance.openGuestCode();
    const { guid, name } = ASK_FOR_REMOTE_ASSISTANCE;
    const endpoint = { host: server.host, port: server.ports.clients, tls: 'starttls' } as const;
    const crowd = await Promise.all(
      Array.from({ length: 12 }, () =>
        open({ identity: { tag: 'guest', domain: server.guestDomain }, server: endpoint, ca: server.ca, clock: systemClock }),
      ),
    );
    // The program says that it would hear them out.
    const proceeded = crowd.map(
      (stream) =>
        new Promise<void>((resolve) => void stream.onStanza((stanza) => void (childOf(stanza, 'proceed', JINGLE_MESSAGE) && resolve()))),
    );
    for (const stream of crowd) {
      const description = { guid, name, url: undefined, expiresS: 120, features: '1;parts;guest', contextData: undefined, guest: 'Nobody' };
      stream.send(presence());
      stream.send(writeJingleMessage(`erik@${server.domain}`, { tag: 'propose', id: randomUUID(), description, nick: undefined }));
    }
    await Promise.all(proceeded);
    const nora = await people.guest('Nora');
    expect(await people.ask(nora, codeNow())).toBe('asked');
    expect(erik.assistance.guestCode).toMatchObject({ state: 'claimed', wrong: 0 });
    await Promise.all(crowd.map((stream) => stream.close()));
  }, 30_000);

  it('two with accounts are each other’s contacts by a link, and nobody is asked', async () => {
    const tokens = new Set(['T0k3n']);
    const signedIn = async (user: string): Promise<XmppMessenger> => {
      await server.register(user, PASSWORD);
      const messenger = new XmppMessenger(
        'xmpp',
        { clock: systemClock, random: Math.random, applications: [] },
        { open, welcomes: (own, token) => own === `paul@${server.domain}` && tokens.delete(token) },
      );
      const place = { server: `${server.host}:${server.ports.clients}`, authority };
      messenger.signIn({ transport: 'xmpp', address: `${user}@${server.domain}`, friendlyName: user, password: PASSWORD, ...place });
      await until(() => messenger.state.tag === 'signedIn', `${user} to be signed in`);
      return messenger;
    };
    const [paul, anna] = [await signedIn('paul'), await signedIn('anna')];
    const asked: unknown[] = [];
    paul.onEvent((event) => event.tag === 'listed' && asked.push(event));
    await anna.addContact(`paul@${server.domain}`, 'T0k3n');
    const sees = (who: XmppMessenger, user: string): boolean =>
      who.contacts.some(({ address, presence: how }) => address === `${user}@${server.domain}` && how === 'online');
    await until(() => sees(paul, 'anna') && sees(anna, 'paul'), 'each other');
    expect([asked, tokens.size]).toEqual([[], 0]);
    await Promise.all([paul.signOut(), anna.signOut()]);
  });
});

const presence = () => element('presence', NS.client);

import { afterEach, describe, expect, test } from 'vitest';
import { createAssistance } from '../../src/main/assistance/assistance.ts';
import type { Assistance } from '../../src/main/assistance/contract.ts';
import { systemClock } from '../../src/main/clock.ts';
import { createConnectionRoom } from '../../src/main/connection/connection-room.ts';
import { createMessengers } from '../../src/main/messenger/messengers.ts';
import { createTransports } from '../../src/main/messenger/transports.ts';
import { ASK_FOR_REMOTE_ASSISTANCE } from '../../src/protocol/assistance/application.ts';
import { RawNetwork } from '../main/messenger/raw-network.ts';
import { inMemory, type InMemoryMessage } from '../support/in-memory-messenger.ts';
import { createPair, EXPERT, NOVICE } from '../support/pair.ts';
import { PictureDesktop } from '../support/picture-desktop.ts';
import { until } from '../support/programs.ts';
import { InMemoryWire } from '../support/ringback-0.1/in-memory-wire.ts';
import { MsnpWire } from '../support/ringback-0.1/msnp-wire.ts';
import { OldExpert, OldNovice } from '../support/ringback-0.1/old-peer.ts';
import { MemoryTrust } from '../support/trust.ts';
import { ALL } from '../support/shared-part.ts';

const OLD_HOST = '192.168.1.30';
const dataOf = (message: InMemoryMessage | undefined): string => (message?.kind === 'CONTEXT' ? message.data : '');

describe('a Ringback without features and one of today, in virtual time', () => {
  /** Every ticket that went out, from whom. */
  const tickets = (pair: Awaited<ReturnType<typeof createPair>>): readonly (readonly [string, string])[] =>
    pair.messages.sent.filter(({ kind }) => kind === 'CONTEXT').map((message) => [message.from, dataOf(message).slice(0, 13)]);

  test.each(['reverse', 'forward'] as const)('an old novice and our expert: %s', async (by) => {
    const pair = await createPair({ met: false });
    pair.expert.trust.unverified = true;
    await pair.novice.messenger.signOut();
    const wire = new InMemoryWire(pair.messages, NOVICE);
    if (by === 'forward') pair.internet.reachable = (from) => from !== OLD_HOST;
    const novice = new OldNovice({ clock: pair.clock, room: pair.internet.room(OLD_HOST), rendezvous: wire.invite(EXPERT) });
    await pair.clock.advance(100);
    pair.expert.assistance.acceptInvitation(pair.expert.assistance.invitations[0]?.id ?? '');
    await pair.clock.advance(8_000);
    expect(novice.machine.phase.tag).toBe('connected');
    expect(pair.expert.assistance.status?.phase.tag).toBe('connected');
    expect(pair.expert.assistance.status?.connection?.by).toBe(by);
    expect(tickets(pair)).toEqual([
      [EXPERT, '65538,1,192.1'],
      [NOVICE, '65538,1,192.1'],
    ]);
    await pair.expert.assistance.endSession();
    await pair.clock.advance(100);
    expect(novice.machine.phase).toMatchObject({ tag: 'ended', reason: 'closedByExpert' });
    wire.leave();
    await pair.expectNothingLeft();
  });

  test.each(['reverse', 'forward'] as const)('our novice and an old expert: %s', async (by) => {
    const pair = await createPair({ met: false });
    pair.novice.trust.unverified = true;
    await pair.expert.messenger.signOut();
    const wire = new InMemoryWire(pair.messages, EXPERT);
    if (by === 'forward') pair.internet.reachable = (from) => from === OLD_HOST;
    await pair.novice.assistance.askForHelp(inMemory(EXPERT));
    await pair.clock.advance(100);
    const rendezvous = wire.session;
    if (rendezvous === undefined) throw new Error('no invitation came');
    const expert = new OldExpert({ clock: pair.clock, room: pair.internet.room(OLD_HOST), rendezvous });
    await pair.clock.advance(8_000);
    expect(expert.machine.phase.tag).toBe('connected');
    expect(pair.novice.assistance.status?.phase.tag).toBe('connected');
    expect(pair.novice.assistance.status?.connection?.by).toBe(by);
    expect(pair.novice.desktop.openCaptures).toBe(1);
    expect(tickets(pair)).toEqual([
      [EXPERT, '65538,1,192.1'],
      [NOVICE, '65538,1,192.1'],
    ]);
    await pair.novice.assistance.endSession();
    await pair.clock.advance(100);
    expect(expert.machine.phase).toMatchObject({ tag: 'ended', reason: 'stoppedByNovice' });
    wire.leave();
    await pair.expectNothingLeft();
  });

  test('two of which one says less mark their tickets', async () => {
    const pair = await createPair({ unverified: true });
    await pair.connect();
    const said = pair.messages.sent.flatMap((message) => ('features' in message ? [[message.kind, message.features]] : []));
    expect(said).toEqual([
      ['INVITE', '1;parts'],
      ['ACCEPT', '1;parts'],
      ['LAUNCH', '1;parts'],
    ]);
    expect(tickets(pair)).toEqual([
      [EXPERT, '!ticket 65538'],
      [NOVICE, '!ticket 65538'],
    ]);
  });
});

describe('a Ringback without features and one of today, over the embedded server and real sockets', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const yes = (): Promise<boolean> => Promise.resolve(true);
  const start = async () => {
    const network = await RawNetwork.open();
    closing.push(() => network.close());
    await network.start();
    const messengers = createMessengers(
      createTransports({ clock: systemClock, random: Math.random, applications: [ASK_FOR_REMOTE_ASSISTANCE.guid] }),
    );
    const trust = new MemoryTrust('ann@home');
    trust.unverified = true;
    const assistance: Assistance = createAssistance({
      messengers,
      trust,
      connection: createConnectionRoom({ clock: systemClock, listenHost: '127.0.0.1' }),
      desktop: new PictureDesktop(),
      consent: { allowView: () => Promise.resolve(ALL), allowPart: yes, allowControl: yes, allowSound: yes },
      clock: systemClock,
      history: { add: () => {} },
      engine: () => 'ringback',
      userName: () => 'Ann',
      allowPlainExperts: () => false,
    });
    closing.push(
      () => messengers.close(),
      () => assistance.close(),
    );
    messengers.signIn({
      transport: 'msnp',
      server: `127.0.0.1:${network.port}`,
      address: 'ann@home',
      accessToken: network.token('ann@home'),
      friendlyName: 'Ann',
    });
    await until(() => messengers.stateOf('msnp').tag === 'signedIn', 'Ann to be signed in');
    return { network, bob: await network.online('bob@home'), assistance };
  };
  const old = { clock: systemClock, room: createConnectionRoom({ clock: systemClock, listenHost: '127.0.0.1' }) };

  test('our novice and an old expert', async () => {
    const { network, bob, assistance } = await start();
    await assistance.askForHelp({ transport: 'msnp', address: 'bob@home' });
    const wire = await MsnpWire.invited(network, bob, 'bob@home', 'ann@home');
    const expert = new OldExpert({ ...old, rendezvous: wire.session });
    closing.push(() => expert.stop());
    await until(() => assistance.status?.phase.tag === 'connected' && expert.machine.phase.tag === 'connected', 'the session');
    // The old codec has read past what it does not know.
    expect(wire.heard[0]).toMatch(/\r\nRingback: 1;parts;seal=\S+;device=\S+;nonce=\S+\r\n/);
    expect(wire.heard.some((text) => text.includes('\r\nContext-Data: 65538,1,127.0.0.1:'))).toBe(true);
    await assistance.endSession();
    await until(() => expert.machine.phase.tag === 'ended', 'the end');
    expect(expert.machine.phase).toMatchObject({ reason: 'stoppedByNovice' });
  });

  test('an old novice and our expert', async () => {
    const { network, bob, assistance } = await start();
    const wire = await MsnpWire.invite(network, bob, 'bob@home', 'ann@home');
    const novice = new OldNovice({ ...old, rendezvous: wire.session });
    closing.push(() => novice.stop());
    await until(() => assistance.invitations.length > 0, 'the invitation');
    assistance.acceptInvitation(assistance.invitations[0]?.id ?? '');
    await until(() => assistance.status?.phase.tag === 'connected' && novice.machine.phase.tag === 'connected', 'the session');
    expect(wire.heard[0]).toMatch(/\r\nRingback: 1;parts;seal=\S+;device=\S+;nonce=\S+\r\n/);
    expect(wire.heard.some((text) => text.includes('\r\nContext-Data: 65538,1,127.0.0.1:'))).toBe(true);
    await assistance.endSession();
    await until(() => novice.machine.phase.tag === 'ended', 'the end');
    expect(novice.machine.phase).toMatchObject({ reason: 'closedByExpert' });
  });
});

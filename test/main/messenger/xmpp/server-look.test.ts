import { describe, expect, it } from 'vitest';
import { MessengerError, type MessengerErrorCode } from '../../../../src/main/messenger/contract.ts';
import { lookAtServer } from '../../../../src/main/messenger/xmpp/server-look.ts';
import { XmppMessenger } from '../../../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { createMessengers } from '../../../../src/main/messenger/messengers.ts';
import { COMMAND_TABLE } from '../../../../src/main/shell/commands/table.ts';
import type { UseCases } from '../../../../src/main/shell/commands/command.ts';
import type { StreamOptions, XmppStream } from '../../../../src/main/messenger/xmpp/stream-contract.ts';
import type { IceServer, RelayHost } from '../../../../src/main/reach-services.ts';
import { createInMemoryNetwork } from '../../../support/in-memory-messenger.ts';
import { MemoryXmpp } from '../../../support/memory-xmpp.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const CERTIFICATE = { subject: 'chat.example', issuer: 'Example Authority', validUntilMs: 1_800_000_000_000, sha256: 'AB:CD' };
const RELAY: RelayHost = { jid: 'proxy.chat.example', host: '192.0.2.1', port: 7_777 };
const STUN: IceServer = { urls: 'stun:chat.example:3478' };
const TURN: IceServer = { urls: 'turn:chat.example:3478?transport=udp', username: '1:anna', credential: 'very-secret' };

interface Server {
  readonly relays?: readonly RelayHost[] | MessengerErrorCode;
  readonly ice?: readonly IceServer[] | MessengerErrorCode;
  readonly guests?: 'in' | 'never' | MessengerErrorCode;
}

function looking({ relays = [], ice = [], guests = 'REFUSED' }: Server) {
  const clock = new VirtualClock();
  const asked: StreamOptions[] = [];
  let open = 0;
  const answer = <T>(value: T | MessengerErrorCode): Promise<T> =>
    typeof value === 'string' ? Promise.reject(new MessengerError(value as MessengerErrorCode, '')) : Promise.resolve(value);
  const facts = lookAtServer({
    stream: { jid: 'anna@chat.example/desk', features: { certificate: CERTIFICATE } as XmppStream['features'] },
    reach: { relays: () => answer(relays), iceServers: () => answer(ice) },
    open: async (options) => {
      asked.push(options);
      if (guests === 'never')
        return new Promise((_, reject) =>
          options.signal?.addEventListener('abort', () => reject(new MessengerError('CONNECTION_LOST', 'aborted'))),
        );
      if (guests !== 'in') throw new MessengerError(guests, '');
      open += 1;
      return { close: async () => void (open -= 1) } as unknown as XmppStream;
    },
    options: { clock, server: { host: '192.0.2.7', port: 5_222, tls: 'starttls' }, ca: 'PEM' },
  });
  return { clock, asked, facts, open: () => open };
}

describe('a server that is looked at', () => {
  it('is told by its certificate and by what it has, and by no secret', async () => {
    const { facts, asked, open } = looking({ relays: [RELAY], ice: [STUN, TURN], guests: 'in' });
    expect(await facts).toEqual({ certificate: CERTIFICATE, relay: 'yes', ownAddress: 'yes', guests: 'yes' });
    expect(JSON.stringify(await facts)).not.toContain('very-secret');
    expect(asked).toMatchObject([
      { identity: { tag: 'guest', domain: 'guest.chat.example' }, server: { host: '192.0.2.7', port: 5_222 }, ca: 'PEM' },
    ]);
    expect(open()).toBe(0);
  });

  it.each<[string, Server, object]>([
    ['nothing', {}, { relay: 'no', ownAddress: 'no', guests: 'no' }],
    ['STUN alone passes nothing on', { ice: [STUN] }, { relay: 'no', ownAddress: 'yes' }],
    ['TURN is a relay, and does what STUN does', { ice: [TURN] }, { relay: 'yes', ownAddress: 'yes' }],
    ['a relay of the messenger’s own', { relays: [RELAY] }, { relay: 'yes', ownAddress: 'no' }],
    ['an answer that never came is no “no”', { ice: 'CONNECTION_LOST' }, { relay: 'unknown', ownAddress: 'unknown' }],
    ['one that is enough makes up for one that did not come', { relays: 'CONNECTION_LOST', ice: [TURN] }, { relay: 'yes' }],
    ['no guest host at all', { guests: 'UNREACHABLE' }, { guests: 'no' }],
    ['a guest host that is slow', { guests: 'TIMEOUT' }, { guests: 'unknown' }],
  ])('%s', async (_, server, expected) => {
    expect(await looking(server).facts).toMatchObject(expected);
  });

  it('is not waited for longer than ten seconds', async () => {
    const { clock, facts } = looking({ guests: 'never' });
    await clock.advance(10_000);
    expect(await facts).toMatchObject({ guests: 'unknown' });
  });
});

describe('the server of an account', () => {
  it('is looked at while signed in, and only where a messenger has one', async () => {
    const clock = new VirtualClock();
    const server = new MemoryXmpp(clock);
    server.register('anna@chat.example', 'secret');
    const xmpp = new XmppMessenger('xmpp', { clock, random: () => 0, applications: [] }, { open: server.openStream });
    const pigeons = createInMemoryNetwork({ clock, transport: 'pigeons' });
    const all = createMessengers(
      new Map([
        ['xmpp', xmpp],
        ['pigeons', pigeons.messenger()],
      ]),
    );
    await expect(all.lookAtServer('xmpp')).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    await expect(all.lookAtServer('pigeons')).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    all.signIn({ transport: 'xmpp', address: 'anna@chat.example', friendlyName: 'Anna', password: 'secret' });
    await clock.advance(100);
    const facts = all.lookAtServer('xmpp');
    await clock.advance(60_000);
    expect(await facts).toMatchObject({ certificate: { subject: 'memory', issuer: 'memory' }, relay: 'no', guests: 'yes' });
    expect(server.open).toBe(1);
    await all.close();
  });

  it('cannot turn the reading direction or break lines by what stands in its certificate', async () => {
    const certificate = { ...CERTIFICATE, subject: 'a\u202Eb', issuer: 'Example\nAuthority' };
    const use = {
      messengers: { lookAtServer: async () => ({ certificate, relay: 'yes', ownAddress: 'yes', guests: 'yes' }) },
    } as unknown as UseCases;
    const shown = await COMMAND_TABLE.lookAtServer.run(use, 'xmpp', 'main');
    expect(shown).toMatchObject({ certificate: { subject: 'ab', issuer: 'Example Authority', sha256: 'AB:CD' } });
  });
});

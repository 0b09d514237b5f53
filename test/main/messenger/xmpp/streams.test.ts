/* Streams on a server that does what it should not. */
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { xmppStreams } from '../../../../src/main/messenger/xmpp/open-stream.ts';
import type { StreamEnd, StreamOptions, XmppStream } from '../../../../src/main/messenger/xmpp/stream-contract.ts';
import { NS } from '../../../../src/protocol/xmpp/namespaces.ts';
import { childOf, element, type Stanza, textOf } from '../../../../src/protocol/xmpp/stanza.ts';
import { until } from '../../../support/programs.ts';
import { ScriptedXmpp } from '../../../support/scripted-xmpp.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

let server: ScriptedXmpp;
let clock: VirtualClock;
const opened: XmppStream[] = [];

beforeEach(async () => {
  server = await ScriptedXmpp.open();
  clock = new VirtualClock();
});
afterEach(async () => {
  const closing = opened.splice(0).map((stream) => stream.close());
  server.cut();
  await Promise.all(closing);
  expect(clock.pendingTimers).toBe(0);
  await server.close();
});

const at = (port: number): NonNullable<StreamOptions['server']> => ({ host: '127.0.0.1', port, tls: 'starttls' });

async function open(options: Partial<StreamOptions> = {}): Promise<XmppStream> {
  const stream = await xmppStreams()({
    identity: { tag: 'account', address: 'nora@example', password: 'pencil' },
    server: at(server.port),
    ca: server.certificate.ca,
    clock,
    ...options,
  });
  opened.push(stream);
  return stream;
}

interface Heard {
  readonly stanzas: Stanza[];
  readonly ends: StreamEnd[];
  readonly told: string[];
}

function listen(stream: XmppStream): Heard {
  const heard: Heard = { stanzas: [], ends: [], told: [] };
  stream.onStanza((stanza) => void heard.stanzas.push(stanza));
  stream.onEnd((end) => void heard.ends.push(end));
  stream.onBroken(() => void heard.told.push('broken'));
  stream.onResumed(() => void heard.told.push('resumed'));
  return heard;
}

const message = (body: string): Stanza => element('message', NS.client, { to: 'erik@example' }, element('body', NS.client, {}, body));
const bodiesOf = (stanzas: readonly Stanza[]): string[] => stanzas.map((stanza) => textOf(childOf(stanza, 'body')));

describe('signing in', () => {
  it('says nothing of us to a server without TLS', async () => {
    server.behaviour.startTls = false;
    await expect(open()).rejects.toMatchObject({ code: 'NOT_PROTECTED' });
    expect(server.last?.heard).not.toMatch(/nora|auth/);
  });

  it('does not read what stood before TLS', async () => {
    server.behaviour.afterProceed = '<message><body>slipped in</body></message>';
    const heard = listen(await open());
    server.last?.say('<message><body>later</body></message>');
    await until(() => heard.stanzas.length > 0, 'a message');
    expect(bodiesOf(heard.stanzas)).toEqual(['later']);
  });

  it('asks for the certificate of the address’s domain, whatever was dialled', async () => {
    const other = await ScriptedXmpp.open('example', ['127.0.0.1', 'localhost', 'elsewhere.example']);
    try {
      await expect(open({ server: at(other.port), ca: other.certificate.ca })).rejects.toMatchObject({ code: 'WRONG_KEY' });
      expect(other.last?.heard).not.toMatch(/nora|auth/);
    } finally {
      await other.close();
    }
  });

  it('believes no authority that nobody named', async () => {
    const identity = { tag: 'account', address: 'nora@example', password: 'pencil' } as const;
    await expect(xmppStreams()({ identity, clock, server: at(server.port) })).rejects.toMatchObject({ code: 'WRONG_KEY' });
  });

  it.each([['tls-exporter'], ['tls-server-end-point']])('is bound to the connection by %s', async (type) => {
    server.behaviour.bindings = [type];
    const stream = await open();
    expect(stream.features.mechanism).toBe('SCRAM-SHA-256-PLUS');
  });

  it('has one password', async () => {
    const identity = { tag: 'account', address: 'nora@example', password: 'pen' } as const;
    await expect(open({ identity })).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
    expect(server.last?.heard).not.toContain('PLAIN');
  });

  it('does not wait for ever', async () => {
    server.behaviour.isSilent = true;
    const opening = expect(open()).rejects.toMatchObject({ code: 'TIMEOUT' });
    await until(() => server.last?.heard.includes('<stream:stream'), 'the opening tag');
    await clock.advance(15_000);
    await opening;
  });

  it('is given up at once', async () => {
    server.behaviour.isSilent = true;
    const given = new AbortController();
    const opening = expect(open({ signal: given.signal })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await until(() => server.last?.heard.includes('<stream:stream'), 'the opening tag');
    given.abort();
    await opening;
  });

  it('goes where the server sends us, twice at most', async () => {
    const other = await ScriptedXmpp.open();
    const sent = (port: number): string => `<see-other-host xmlns='${NS.streamErrors}'>127.0.0.1:${port}</see-other-host>`;
    server.behaviour.streamError = sent(other.port);
    const ca = `${server.certificate.ca}\n${other.certificate.ca}`;
    try {
      const stream = await open({ ca });
      expect(stream.features.endpoint.port).toBe(other.port);
      other.behaviour.streamError = sent(other.port);
      await expect(open({ ca })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      expect(other.connections).toHaveLength(3);
    } finally {
      other.cut();
      await Promise.all(opened.splice(0).map((stream) => stream.close()));
      await other.close();
    }
  });

  it.each([
    ['before it has shown whose it is', '127.0.0.1:PORT', true],
    ['into our network', '192.168.1.1', false],
    ['nowhere', 'a b', false],
  ])('goes nowhere that a server sends us %s', async (_, place, errsBeforeTls) => {
    const other = await ScriptedXmpp.open();
    const host = place.replace('PORT', String(other.port));
    Object.assign(server.behaviour, { errsBeforeTls, streamError: `<see-other-host xmlns='${NS.streamErrors}'>${host}</see-other-host>` });
    await expect(open()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect([server.connections.length, other.connections.length]).toEqual([1, 0]);
    await other.close();
  });

  it('tries the servers that the domain names, one after the other', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => void closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => void closed.close(resolve));
    const named = await ScriptedXmpp.open('home.example');
    const asked: string[] = [];
    const streams = xmppStreams({
      random: () => 0,
      resolveSrv: async (name) => {
        asked.push(name);
        if (name.startsWith('_xmpps-client')) return [{ name: '127.0.0.1', port, priority: 1, weight: 0 }];
        return [{ name: '127.0.0.1', port: named.port, priority: 2, weight: 0 }];
      },
    });
    try {
      const identity = { tag: 'account', address: 'nora@home.example', password: 'pencil' } as const;
      const stream = await streams({ identity, ca: named.certificate.ca, clock });
      expect(stream.features.endpoint).toEqual({ host: '127.0.0.1', port: named.port });
      expect(asked).toEqual(['_xmpps-client._tcp.home.example', '_xmpp-client._tcp.home.example']);
      await stream.close();
      const none = xmppStreams({ resolveSrv: async () => [{ name: '', port: 0, priority: 0, weight: 0 }] });
      await expect(none({ identity, clock })).rejects.toMatchObject({ code: 'UNREACHABLE' });
    } finally {
      await named.close();
    }
  });

  it('takes the next server where one is not what it should be, and says what was wrong where none is', async () => {
    const [named, other] = [await ScriptedXmpp.open('home.example'), await ScriptedXmpp.open('elsewhere.example')];
    const mute = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => void mute.listen(0, '127.0.0.1', resolve));
    const ports = [(mute.address() as AddressInfo).port, other.port, named.port];
    const through = (count: number) =>
      xmppStreams({
        random: () => 0,
        resolveSrv: async (name) =>
          // The first one is a port where something else answers, where TLS from the first byte was to be.
          ports
            .slice(0, count)
            .map((port, priority) => ({ name: '127.0.0.1', port, priority, weight: 0 }))
            .filter(({ priority }) => (priority === 0) === name.startsWith('_xmpps-client')),
      });
    const identity = { tag: 'account', address: 'nora@home.example', password: 'pencil' } as const;
    try {
      const stream = await through(3)({ identity, ca: named.certificate.ca, clock });
      expect(stream.features.endpoint.port).toBe(named.port);
      await stream.close();
      await expect(through(2)({ identity, ca: named.certificate.ca, clock })).rejects.toMatchObject({ code: 'NOT_PROTECTED' });
      // Wrong credentials are wrong everywhere.
      const wrong = { ...identity, password: 'pen' };
      await expect(through(3)({ identity: wrong, ca: named.certificate.ca, clock })).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
    } finally {
      await Promise.all([named.close(), other.close(), new Promise((resolve) => void mute.close(resolve))]);
    }
  });
});

describe('a stream', () => {
  it('reads characters whose bytes come one by one', async () => {
    server.behaviour.pieces = (bytes) => Array.from(bytes, (byte) => Buffer.of(byte));
    const heard = listen(await open());
    server.last?.say('<message><body>Grüße 你好 😀</body></message>');
    await until(() => heard.stanzas.length > 0, 'a message');
    expect(bodiesOf(heard.stanzas)).toEqual(['Grüße 你好 😀']);
  });

  it('passes over what cannot be read, and counts it', async () => {
    const heard = listen(await open());
    server.last?.say(`<message><x:y/></message><message><body>${'x'.repeat(300_000)}</body></message><message><body>read</body></message>`);
    server.last?.say(`<r xmlns='${NS.management}'/>`);
    await until(() => server.last?.acknowledged.length === 1, 'an acknowledgement');
    expect(server.last?.acknowledged).toEqual([3]);
    expect(bodiesOf(heard.stanzas)).toEqual(['read']);
  });

  it.each([
    ['what is no stanza', '<!DOCTYPE x>', 'PROTOCOL'],
    ['an acknowledgement of what was never sent', `<a xmlns='${NS.management}' h='9'/>`, 'PROTOCOL'],
    ['a goodbye', '</stream:stream>', 'CONNECTION_LOST'],
    ['a condition that is none', `<stream:error><constructor xmlns='${NS.streamErrors}'/></stream:error>`, 'CONNECTION_LOST'],
    ['another in its place', `<stream:error><conflict xmlns='${NS.streamErrors}'/></stream:error>`, 'SIGNED_IN_ELSEWHERE'],
  ])('ends with %s, and says why once', async (_, text, code) => {
    const stream = await open();
    const heard = listen(stream);
    const asked = expect(stream.request({ type: 'get', payload: element('query', 'q') })).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
    });
    server.last?.say(text);
    await until(() => heard.ends.length > 0, 'the end');
    await asked;
    expect(heard.ends.map(({ error }) => error.code)).toEqual([code]);
    expect(heard.told).toEqual([]);
    stream.send(message('nothing'));
  });

  it.each([
    ['what makes no sense', `<a xmlns='${NS.management}' h='9'/>`, 'PROTOCOL'],
    ['an end', `<stream:error><conflict xmlns='${NS.streamErrors}'/></stream:error>`, 'SIGNED_IN_ELSEWHERE'],
  ])('ends with %s in one piece with the last answer, when it begins and when it is taken up again', async (_, text, code) => {
    server.behaviour.afterLastAnswer = text;
    const begun = await open();
    const ends: StreamEnd[] = [];
    begun.onEnd((end) => void ends.push(end));
    await until(() => ends.length > 0, 'the end');
    server.behaviour.afterLastAnswer = '';
    const later = await open();
    later.onEnd((end) => void ends.push(end));
    server.behaviour.afterLastAnswer = text;
    server.cut();
    await until(() => ends.length > 1, 'the other end');
    expect(ends.map(({ error }) => error.code)).toEqual([code, code]);
  });

  it('that is asked without a pause asks for an acknowledgement all the same, and goes on', async () => {
    const stream = await open();
    const heard = listen(stream);
    for (let one = 1; one <= 1_200; one += 1) {
      stream.send(message(String(one)));
      if (one % 100 === 0) {
        await until(() => server.last?.stanzas.length === one, 'what was sent');
        // The answer to what is asked last comes before the next word of the server.
        server.last?.say('<message/>');
        await until(() => heard.stanzas.length === one / 100, 'a word');
      }
    }
    expect(heard.ends).toEqual([]);
  });

  it('answers a ping of its server, and hands on one of somebody else', async () => {
    const heard = listen(await open());
    const ping = (from: string): string => `<iq type='get' id='${from}' from='${from}'><ping xmlns='${NS.ping}'/></iq>`;
    server.last?.say(['example', 'nora@example', 'eve@example/x'].map(ping).join(''));
    await until(() => server.last?.stanzas.length === 3, 'answers');
    expect(server.last?.stanzas.map(({ attributes }) => [attributes['to'], attributes['type']])).toEqual([
      ['example', 'result'],
      ['nora@example', 'result'],
      ['eve@example/x', 'error'],
    ]);
    expect(heard.stanzas).toHaveLength(1);
  });

  it('asks for an acknowledgement a moment after the last word', async () => {
    const stream = await open();
    const from = server.last?.heard.length ?? 0;
    stream.send(message('1'));
    await clock.advance(200);
    stream.send(message('2'));
    await clock.advance(249);
    await until(() => server.last?.stanzas.length === 2, 'both');
    expect(server.last?.heard.slice(from)).not.toContain('<r ');
    await clock.advance(1);
    await until(() => server.last?.heard.slice(from).includes('<r '), 'the question');
  });

  it('that falls silent is taken up over another connection, with what was not acknowledged', async () => {
    server.behaviour.acknowledges = false;
    const stream = await open();
    const heard = listen(stream);
    stream.send(message('1'));
    await until(() => server.last?.stanzas.length === 1, 'the first');
    server.counted = 0;
    server.last?.say('<message/>');
    await until(() => heard.stanzas.length === 1, 'a message');
    await clock.advance(250);
    await clock.advance(15_000);
    await until(() => heard.told.includes('resumed'), 'another connection');
    await until(() => server.last?.stanzas.length === 1, 'it again');
    expect(server.resumed.map(({ attributes }) => attributes)).toEqual([{ h: '1', previd: 'i' }]);
    expect([server.connections.length, heard.told, heard.ends]).toEqual([2, ['broken', 'resumed'], []]);
  });

  it('is asked for a word after a minute without any', async () => {
    const stream = await open();
    const from = server.last?.heard.length ?? 0;
    await clock.advance(59_999);
    expect(server.last?.heard.slice(from)).toBe('');
    await clock.advance(1);
    await until(() => server.last?.heard.slice(from).includes('<r '), 'the question');
    expect(stream.jid).toBe('nora@example/pc');
  });

  it('is looked for as long as the server keeps it, and no longer', async () => {
    const stream = await open();
    const heard = listen(stream);
    server.behaviour.isSilent = true;
    server.cut();
    await until(() => heard.told.includes('broken'), 'the break');
    stream.send(message('lost'));
    await clock.advance(250);
    let tries = 1;
    for (let turn = 0; turn < 12 && heard.ends.length === 0; turn += 1) {
      await until(() => heard.ends.length > 0 || server.connections.length > tries, 'another try');
      tries = server.connections.length;
      server.cut();
      await until(() => heard.ends.length > 0 || clock.pendingTimers === 1, 'a pause');
      await clock.advance(Math.min(15_000, 500 * 2 ** turn));
    }
    expect(heard.ends.map(({ lost }) => bodiesOf(lost))).toEqual([['lost']]);
    expect(tries).toBeGreaterThan(3);
  });

  it('is looked for no longer than ten minutes, whatever the server promises', async () => {
    server.behaviour.keepsS = 999_999;
    const heard = listen(await open());
    server.behaviour.isSilent = true;
    server.cut();
    await until(() => heard.told.includes('broken'), 'the break');
    let tries = 1;
    for (let turn = 0; turn < 60 && heard.ends.length === 0; turn += 1) {
      await until(() => heard.ends.length > 0 || server.connections.length > tries, 'another try');
      tries = server.connections.length;
      server.cut();
      await until(() => heard.ends.length > 0 || clock.pendingTimers === 1, 'a pause');
      await clock.advance(Math.min(15_000, 500 * 2 ** turn));
    }
    expect(heard.ends.map(({ error }) => error.code)).toEqual(['CONNECTION_LOST']);
  });

  it('that cannot be taken up ends with the connection', async () => {
    server.behaviour.resumes = false;
    const stream = await open();
    const heard = listen(stream);
    stream.send(message('1'));
    await until(() => server.last?.stanzas.length === 1, 'it');
    server.cut();
    await until(() => heard.ends.length > 0, 'the end');
    expect(heard.ends.map(({ error, lost }) => [error.code, bodiesOf(lost)])).toEqual([['CONNECTION_LOST', ['1']]]);
    expect([heard.told, server.connections.length]).toEqual([[], 1]);
  });

  it('that is ended here keeps its connection until the server has ended it as well, who might not read on otherwise', async () => {
    server.behaviour.ends = false;
    const stream = await open();
    const { last: connection } = server;
    let isClosed = false;
    connection?.socket.once('end', () => (isClosed = true));
    const closed = stream.close();
    await until(() => connection?.heard.endsWith('</stream:stream>'), 'the end of the stream');
    server.behaviour.ends = true;
    // Signing in takes many words: whatever was sent before is there by then.
    await open();
    expect(isClosed).toBe(false);
    connection?.say('<message/></stream:stream>');
    await closed;
    await until(() => isClosed, 'the end of the connection');
  });

  it('that is ended here goes within two seconds, whatever the server does', async () => {
    server.behaviour.ends = false;
    const stream = await open();
    const closed = stream.close();
    await until(() => server.last?.heard.endsWith('</stream:stream>'), 'the end of the stream');
    server.last?.say('<message/>');
    await clock.advance(2_000);
    await closed;
  });
});

/* Our streams on the servers that people have. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { xmppStreams } from '../../src/main/messenger/xmpp/open-stream.ts';
import type { StreamEnd, StreamOptions, XmppStream } from '../../src/main/messenger/xmpp/stream-contract.ts';
import { NS } from '../../src/protocol/xmpp/namespaces.ts';
import { childOf, element, type Stanza, textOf } from '../../src/protocol/xmpp/stanza.ts';
import { Proxy } from '../main/messenger/proxy.ts';
import { until } from '../support/programs.ts';
import { makeServerCertificate } from '../support/servers/certificates.ts';
import { needsServers, startEjabberd, startProsody, type XmppServer } from '../support/xmpp-servers.ts';

const programs = needsServers();
const PASSWORD = 'pässword, = and "more"';

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd],
  ['Prosody', startProsody],
])(programs.title('A stream on %s'), (_, start) => {
  const open = xmppStreams();
  const opened: XmppStream[] = [];
  let server: XmppServer;
  let proxy: Proxy;

  beforeAll(async () => {
    server = await start({ coturn: false });
    for (const user of ['nora', 'erik']) await server.register(user, PASSWORD);
    proxy = await Proxy.open(server.ports.clients, server.host);
  });
  afterEach(async () => {
    proxy.restore();
    proxy.rewrite = undefined;
    await Promise.all(opened.splice(0).map((stream) => stream.close()));
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.close();
  });

  async function stream(
    options: Partial<StreamOptions> & { readonly user?: string; readonly password?: string } = {},
  ): Promise<XmppStream> {
    const { user = 'nora', password = PASSWORD } = options;
    const made = await open({
      identity: { tag: 'account', address: `${user}@${server.domain}`, password },
      server: { host: server.host, port: server.ports.clients, tls: 'starttls' },
      ca: server.ca,
      clock: systemClock,
      ...options,
    });
    opened.push(made);
    return made;
  }

  const throughProxy = (): StreamOptions['server'] => ({ host: '127.0.0.1', port: proxy.port, tls: 'starttls' });

  function heardBy(listening: XmppStream): Stanza[] {
    const heard: Stanza[] = [];
    listening.onStanza((stanza) => void heard.push(stanza));
    return heard;
  }

  const bodies = (heard: readonly Stanza[]): string[] =>
    heard.flatMap((stanza) => (childOf(stanza, 'body') === undefined ? [] : [textOf(childOf(stanza, 'body'))]));

  const message = (to: XmppStream, body: string): Stanza =>
    element('message', NS.client, { to: to.jid, type: 'chat' }, element('body', NS.client, {}, body));

  it('is signed in by SCRAM, over STARTTLS and over TLS from the first byte', async () => {
    const plain = await stream({ resource: 'pc' });
    const direct = await stream({ server: { host: server.host, port: server.ports.directTls, tls: 'direct' }, resource: 'desk' });
    expect([plain.jid, direct.jid]).toEqual([`nora@${server.domain}/pc`, `nora@${server.domain}/desk`]);
    for (const { features } of [plain, direct]) {
      expect(features).toMatchObject({ mechanism: 'SCRAM-SHA-256', resumable: true, certificate: { subject: server.domain } });
      expect(features.certificate.issuer).toMatch(/^Test authority/);
      expect(features.certificate.sha256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    }
    const roster = await plain.request({ type: 'get', payload: element('query', 'jabber:iq:roster') });
    expect(childOf(roster, 'query', 'jabber:iq:roster')).toBeDefined();
  });

  it('lets a guest in, who cannot come back as the same', async () => {
    const guest = await stream({ identity: { tag: 'guest', domain: server.guestDomain } });
    expect(guest.jid).toMatch(new RegExp(`^[^@]+@${server.guestDomain}/`));
    expect(guest.features).toMatchObject({ mechanism: 'ANONYMOUS', resumable: false });
    const erik = await stream({ user: 'erik' });
    const heard = heardBy(erik);
    guest.send(message(erik, 'I need help'));
    await until(() => bodies(heard).includes('I need help'), 'the guest’s message');
  });

  it('is refused by what is wrong', async () => {
    const other = (await makeServerCertificate([server.domain])).ca;
    await expect(stream({ password: 'another' })).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
    await expect(stream({ user: 'nobody' })).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
    await expect(stream({ ca: other })).rejects.toMatchObject({ code: 'WRONG_KEY' });
    const elsewhere = { identity: { tag: 'account', address: 'nora@elsewhere.example', password: PASSWORD } } as const;
    await expect(stream(elsewhere)).rejects.toMatchObject({ code: expect.stringMatching(/^(WRONG_KEY|UNREACHABLE|NOT_PROTECTED)$/) });
    await expect(stream({ identity: { tag: 'guest', domain: server.domain } })).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(stream({ server: { host: server.host, port: 1, tls: 'starttls' } })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('carries every character, whatever the pieces', async () => {
    const [nora, erik] = [await stream(), await stream({ user: 'erik' })];
    const heard = heardBy(erik);
    const long = 'Grüße, 你好, 😀 <&>"\' ]]> '.repeat(1_000);
    nora.send(message(erik, long));
    await until(() => bodies(heard).length > 0, 'the message');
    expect(bodies(heard)).toEqual([long]);
  });

  it('answers a question that nobody takes, and pings of its server', async () => {
    const [nora, erik] = [await stream(), await stream({ user: 'erik' })];
    erik.onStanza(({ name, children }) => name === 'iq' && children.some((child) => typeof child !== 'string' && child.name === 'mine'));
    const payload = element('question', 'urn:example:nobody');
    await expect(nora.request({ type: 'get', to: erik.jid, payload })).rejects.toMatchObject({ condition: 'service-unavailable' });
    await expect(nora.request({ type: 'get', to: server.domain, payload: element('ping', NS.ping) })).resolves.toBeDefined();
    await expect(nora.request({ type: 'get', to: erik.jid, payload: element('mine', 'x') }, 300)).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });

  it('is taken up again over another connection, and nothing is lost', async () => {
    const nora = await stream({ server: throughProxy() as NonNullable<StreamOptions['server']>, resource: 'pc' });
    const erik = await stream({ user: 'erik' });
    const [noras, eriks] = [heardBy(nora), heardBy(erik)];
    const told: string[] = [];
    nora.onBroken(() => void told.push('broken'));
    nora.onResumed(() => void told.push('resumed'));
    nora.onEnd(() => void told.push('end'));
    nora.send(message(erik, '1'));
    await until(() => bodies(eriks).length === 1, 'the first message');
    proxy.cut();
    await until(() => told.includes('broken'), 'the cut');
    nora.send(message(erik, '2'));
    erik.send(message(nora, '3'));
    const asked = nora.request({ type: 'get', payload: element('query', 'jabber:iq:roster') });
    proxy.restore();
    await until(() => bodies(eriks).length === 2 && bodies(noras).length === 1, 'what was said meanwhile');
    await asked;
    expect([bodies(eriks), bodies(noras), told]).toEqual([['1', '2'], ['3'], ['broken', 'resumed']]);
    expect(nora.jid).toBe(`nora@${server.domain}/pc`);
  });

  it('finds out that nobody is there any more when it is asked to look', async () => {
    const nora = await stream({ server: throughProxy() as NonNullable<StreamOptions['server']> });
    let resumed = 0;
    nora.onResumed(() => (resumed += 1));
    proxy.silence();
    nora.check();
    nora.onBroken(() => proxy.restore());
    await until(() => resumed === 1, 'another connection');
  });

  it('says what may be lost when its server has forgotten it', async () => {
    const nora = await stream({ resource: 'pc' });
    const erik = await stream({ user: 'erik' });
    const ends: StreamEnd[] = [];
    nora.onEnd((end) => void ends.push(end));
    await server.crash();
    nora.send(message(erik, 'lost'));
    await server.restart();
    await until(() => ends.length > 0, 'the end', 30_000);
    expect(ends[0]?.error.code).toBe('CONNECTION_LOST');
    expect(bodies(ends[0]?.lost ?? [])).toEqual(['lost']);
    const again = await stream({ resource: 'pc' });
    expect(again.jid).toBe(`nora@${server.domain}/pc`);
  });

  it('is gone for others as soon as it has been ended, every time: a line that broke would be waited for', async () => {
    const desk = await stream({ resource: 'desk' });
    const heard = heardBy(desk);
    desk.send(element('presence', NS.client));
    const saidOf = (jid: string, type: string | undefined): boolean =>
      heard.some(({ name, attributes }) => name === 'presence' && attributes['from'] === jid && attributes['type'] === type);
    for (const resource of ['1', '2', '3', '4', '5', '6']) {
      const pc = await stream({ resource });
      pc.send(element('presence', NS.client));
      await until(() => saidOf(pc.jid, undefined), 'that it is there');
      await pc.close();
      await until(() => saidOf(pc.jid, 'unavailable'), 'that it is gone');
    }
  });

  it('is told who has taken its place', async () => {
    const first = await stream({ resource: 'same' });
    const ends: StreamEnd[] = [];
    first.onEnd((end) => void ends.push(end));
    await stream({ resource: 'same' });
    await until(() => ends.length > 0, 'the end');
    expect(ends[0]?.error.code).toBe('SIGNED_IN_ELSEWHERE');
  });
});

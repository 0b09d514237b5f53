/* What the configuration in `server/` promises, asked of the servers themselves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawStream } from '../support/servers/raw-guest.ts';
import { type XmppServer, needsServers, startEjabberd, startProsody } from '../support/xmpp-servers.ts';

const programs = needsServers();

describe.skipIf(programs.skip).each([
  ['ejabberd', startEjabberd],
  ['Prosody', startProsody],
])(programs.title('%s with the configuration of server/'), (name, start) => {
  let server: XmppServer;
  let guest: RawStream;
  let address = '';

  beforeAll(async () => {
    server = await start();
    guest = await RawStream.open(server, server.guestDomain);
    address = await guest.guest(server.guestDomain);
  });
  afterAll(async () => {
    guest?.close();
    await server?.close();
  });

  const asked = (to: string, type: 'get' | 'set', id: string, payload: string) =>
    guest.ask(`<iq type='${type}' id='${id}' to='${to}'>${payload}</iq>`, new RegExp(`<iq [^>]*id=['"]${id}['"][^>]*(/>|>.*</iq>)`, 's'));

  it('lets in people with a password that never travels', async () => {
    const stream = await RawStream.open(server, server.domain);
    const offered = await stream.begin(server.domain);
    stream.close();
    expect(offered).toContain('<mechanism>SCRAM-SHA-256</mechanism>');
    expect(offered).not.toContain('ANONYMOUS');
    // Prosody cannot leave it out without leaving out SCRAM's stored keys; inside TLS only.
    if (name === 'ejabberd') expect(offered).not.toContain('PLAIN');
  });

  it('lets in guests under a random name, and nobody by password there', async () => {
    expect(address).toMatch(new RegExp(`^[^@]{20,}@${server.guestDomain}/.+`));
    const stream = await RawStream.open(server, server.guestDomain);
    const offered = await stream.begin(server.guestDomain);
    stream.close();
    expect(offered.match(/<mechanism>[^<]+/g)).toEqual(['<mechanism>ANONYMOUS']);
  });

  it('tells a guest of STUN and TURN, with credentials, and of its relay', async () => {
    const services = await asked(server.guestDomain, 'get', 's', "<services xmlns='urn:xmpp:extdisco:2'/>");
    for (const [type, transport] of [
      ['stun', 'udp'],
      ['turn', 'tcp'],
      ['turns', 'tcp'],
    ])
      expect(
        services.match(/<service [^>]+>/g)?.some((one) => one.includes(`'${type}'`) && one.includes(`'${transport}'`)),
        `${type} ${transport}`,
      ).toBe(true);
    expect(services).toMatch(/username='\d+/);
    expect(await asked(server.domain, 'get', 'i', "<query xmlns='http://jabber.org/protocol/disco#items'/>")).toContain(server.proxyDomain);
    const hosts = await asked(server.proxyDomain, 'get', 'h', "<query xmlns='http://jabber.org/protocol/bytestreams'/>");
    expect(hosts).toContain(`host='${server.host}'`);
    expect(hosts).toContain(`port='${server.ports.proxy}'`);
  });

  it('gives a guest no account, no mailbox and no other server', async () => {
    expect(
      await asked(server.guestDomain, 'set', 'r', "<query xmlns='jabber:iq:register'><username>x</username><password>y</password></query>"),
    ).toContain("type='error'");
    expect(await asked(server.guestDomain, 'get', 'l', "<query xmlns='jabber:iq:roster'/>")).toContain("type='error'");
    expect(await guest.ask("<message to='somebody@elsewhere.example' id='e'><body>x</body></message>", /<\/message>/)).toContain(
      "type='error'",
    );
  });

  it('keeps its accounts over a restart and a crash', async () => {
    await server.register('erik', 'a password');
    await server.restart();
    await server.crash();
    await server.restart();
    const stream = await RawStream.open(server, server.domain);
    await stream.begin(server.domain);
    const account = "<query xmlns='jabber:iq:register'><username>erik</username><password>another</password></query>";
    const answer = await stream.ask(`<iq type='set' id='a' to='${server.domain}'>${account}</iq>`, /<\/iq>/);
    stream.close();
    expect(answer).toContain('<conflict');
  });
});

import { expect, it } from 'vitest';
import { XmppReach } from '../../../../src/main/messenger/xmpp/reach.ts';
import { element, type Stanza } from '../../../../src/protocol/xmpp/stanza.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const DISCO = 'urn:xmpp:extdisco:2';

it('an authority of the account’s own vouches for its TURN over TLS, and for nothing else', async () => {
  const service = (type: string, transport: string): Stanza =>
    element('service', DISCO, { type, transport, host: 'turn.example', port: '443', username: '1:a', password: 'b', restricted: '1' });
  const services = element('services', DISCO, {}, service('stun', 'udp'), service('turn', 'tcp'), service('turns', 'tcp'));
  const stream = {
    jid: 'anna@home.example/x',
    request: () => Promise.resolve(element('iq', 'jabber:client', { type: 'result' }, services)),
  };
  const servers = await new XmppReach(stream, new VirtualClock(), undefined, 'PEM').iceServers();
  expect(servers.map(({ urls, ca }) => [urls, ca])).toEqual([
    ['stun:turn.example:443', undefined],
    ['turn:turn.example:443?transport=tcp', undefined],
    ['turns:turn.example:443?transport=tcp', 'PEM'],
  ]);
  expect((await new XmppReach(stream, new VirtualClock()).iceServers()).map(({ ca }) => ca)).toEqual([undefined, undefined, undefined]);
});

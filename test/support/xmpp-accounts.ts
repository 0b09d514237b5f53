import { systemClock } from '../../src/main/clock.ts';
import type { OpenXmppStream, XmppStream } from '../../src/main/messenger/xmpp/stream-contract.ts';
import { NS } from '../../src/protocol/xmpp/namespaces.ts';
import { childOf, childrenOf, element, type Stanza } from '../../src/protocol/xmpp/stanza.ts';
import type { XmppServer } from './xmpp-servers.ts';

const ROSTER = 'jabber:iq:roster';
const BLOCKING = 'urn:xmpp:blocking';

/** Signs in without our messenger. */
function bareStream(open: OpenXmppStream, server: XmppServer, address: string, password: string, resource?: string): Promise<XmppStream> {
  return open({
    identity: { tag: 'account', address, password },
    server: { host: server.host, port: server.ports.clients, tls: 'starttls' },
    ca: server.ca,
    clock: systemClock,
    ...(resource === undefined ? {} : { resource }),
  });
}

/** An account as it was when it was made: nobody on its lists, nothing that waits. */
export async function forgetEverything(open: OpenXmppStream, server: XmppServer, address: string, password: string): Promise<void> {
  const stream = await bareStream(open, server, address, password);
  try {
    stream.onStanza((stanza) => {
      const { type, from } = stanza.attributes;
      if (stanza.name === 'presence' && type === 'subscribe')
        stream.send(element('presence', NS.client, { type: 'unsubscribed', to: from }));
    });
    const ask = async (type: 'get' | 'set', payload: Stanza): Promise<readonly Stanza[]> =>
      childrenOf(childOf(await stream.request({ type, payload })) ?? payload, 'item');
    stream.send(element('presence', NS.client));
    for (const { attributes } of await ask('get', element('query', ROSTER)))
      await ask('set', element('query', ROSTER, {}, element('item', ROSTER, { jid: attributes['jid'], subscription: 'remove' })));
    if ((await ask('get', element('blocklist', BLOCKING))).length > 0) await ask('set', element('unblock', BLOCKING));
    // What has waited has come before the answer.
    await ask('get', element('query', ROSTER));
  } finally {
    await stream.close();
  }
}

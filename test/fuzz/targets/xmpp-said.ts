/* What people and servers say in stanzas: invitations, lists, presence, what a server has for reaching people. */
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { readBlocking } from '../../../src/protocol/xmpp/blocking.ts';
import { readInfo, readItems } from '../../../src/protocol/xmpp/capabilities.ts';
import { carbonIn, delayIn, readChat } from '../../../src/protocol/xmpp/chat.ts';
import { ContactList } from '../../../src/protocol/xmpp/contact-list.ts';
import { jingleMessageIn, readJingleMessage, writeJingleMessage } from '../../../src/protocol/xmpp/jingle-message.ts';
import { isJingle, readJingle, writeJingle } from '../../../src/protocol/xmpp/jingle.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { readPresence, writePresence, writeSubscription } from '../../../src/protocol/xmpp/presence.ts';
import { readServices, readStreamHosts } from '../../../src/protocol/xmpp/reaching.ts';
import { readRoster, rosterSet } from '../../../src/protocol/xmpp/roster.ts';
import { element, readStanza, type Stanza, writeStanza } from '../../../src/protocol/xmpp/stanza.ts';
import { decoding, type Target } from '../rules.ts';

const INSIDE = new Map([['', NS.client]]);
const read = (input: Uint8Array): Stanza => readStanza(utf8Decode(input), INSIDE);
const written = (stanza: Stanza): Uint8Array => utf8Encode(writeStanza(stanza));
const from = (stanza: Stanza): Stanza => ({ ...stanza, attributes: { ...stanza.attributes, from: 'eric@home/desk' } });

const ID = '0b2d3f4a-5c6d-7e8f-9a0b-1c2d3e4f5a6b';
const accept = { ipAddress: '192.0.2.7:1863', contextData: 'x', features: '1;parts' };
const description = {
  guid: '{56b994a7-380f-410b-9985-c809d78c1bdc}',
  name: 'Remote Assistance',
  url: 'http://example.test',
  expiresS: 120,
  features: '1;parts',
  contextData: ' a : b ',
  guest: 'Nora',
};
const MESSAGES = [
  writeJingleMessage('nora@home', { tag: 'propose', id: ID, description, nick: 'Éric' }),
  writeJingleMessage('nora@home', { tag: 'ringing', id: ID }),
  writeJingleMessage('nora@home', { tag: 'proceed', id: ID, accept }, { onlyThere: true }),
  writeJingleMessage('nora@home', { tag: 'reject', id: ID, reason: 'REJECT_NOT_INSTALLED' }),
  writeJingleMessage('nora@home', { tag: 'retract', id: ID, reason: 'gone' }),
];
const PRESENCES = [
  writePresence({ show: 'away', nick: 'Éric', capabilities: { hash: 'sha-1', node: 'n', ver: 'v' } }),
  writeSubscription('subscribe', 'nora@home', { nick: 'Éric', token: 't' }),
  element('presence', NS.client, { type: 'unavailable' }),
].map(from);

export const XMPP_SAID_TARGETS: readonly Target[] = [
  {
    name: 'jingle-message',
    seeds: () => MESSAGES.map(written),
    check: decoding(
      (input) => {
        const message = read(input);
        const said = jingleMessageIn(message);
        return said === undefined ? undefined : readJingleMessage(said, message);
      },
      (said) => (said === undefined ? undefined : written(writeJingleMessage('nora@home', said))),
    ),
  },
  {
    name: 'jingle',
    seeds: () =>
      [
        writeJingle({ tag: 'session-initiate', sid: ID, accept }, 'nora@home/pc'),
        writeJingle({ tag: 'session-accept', sid: ID }, 'nora@home/pc'),
        writeJingle({ tag: 'session-info', sid: ID, contextData: ' : ünï → 💬 ' }, 'nora@home/pc'),
        writeJingle({ tag: 'session-info', sid: ID, contextData: undefined }, 'nora@home/pc'),
        writeJingle({ tag: 'session-terminate', sid: ID, reason: 'FTTIMEOUT' }, 'nora@home/pc'),
      ].map(written),
    check: decoding(
      (input) => {
        const payload = read(input);
        return isJingle(payload) ? readJingle(payload) : undefined;
      },
      (action) => (action === undefined || action.tag === 'other' ? undefined : written(writeJingle(action, 'nora@home/pc'))),
    ),
  },
  {
    name: 'xmpp-contact-list',
    seeds: () => [...PRESENCES, rosterSet('eric@home', 'Eric')].map(written),
    check(input) {
      const list = new ContactList({ own: 'nora@home', nick: () => 'Nora', welcomes: () => false });
      const stanza = read(input);
      list.loaded(readRoster(rosterSet('eric@home')), ['liar@home']);
      list.pushed(readRoster(stanza));
      const presence = readPresence(stanza);
      if (presence !== undefined) for (const again of [presence, presence]) list.heard(again);
      for (const { address } of list.contacts) list.nameOf(address);
    },
  },
  {
    name: 'xmpp-chat',
    seeds: () => {
      const body = element('message', NS.client, { type: 'chat', id: 'a' }, element('body', NS.client, {}, 'two\nlines'));
      const forwarded = element('forwarded', 'urn:xmpp:forward:0', {}, body);
      return [body, element('message', NS.client, { from: 'nora@home' }, element('sent', 'urn:xmpp:carbons:2', {}, forwarded))].map(
        written,
      );
    },
    check(input) {
      const message = read(input);
      readChat(message);
      delayIn(message);
      const carbon = carbonIn(message, 'nora@home');
      if (carbon !== undefined && carbon !== 'forged') readChat(carbon.message);
    },
  },
  {
    name: 'xmpp-offers',
    seeds: () =>
      [
        '<services xmlns="urn:xmpp:extdisco:2"><service type="turn" host="192.0.2.7" port="3478" transport="udp" username="1:a" password="b" expires="2026-12-01T00:00:00Z" restricted="1"/></services>',
        '<query xmlns="http://jabber.org/protocol/bytestreams"><streamhost jid="proxy.home/1" host="192.0.2.7" port="7777"/></query>',
        '<query xmlns="http://jabber.org/protocol/disco#info"><identity category="proxy" type="bytestreams"/><feature var="a"/></query>',
        '<query xmlns="http://jabber.org/protocol/disco#items"><item jid="proxy.home"/></query>',
        '<blocklist xmlns="urn:xmpp:blocking"><item jid="liar@home"/></blocklist>',
      ].map(utf8Encode),
    check(input) {
      const payload = read(input);
      readServices(payload);
      readStreamHosts(payload);
      readInfo(payload);
      readItems(payload);
      readBlocking(payload);
    },
  },
];

/*
 * What ejabberd 23.01 and Prosody 0.12.3 really said over one stream of an account (`test/vectors/xmpp`): the way in, the answers to what a messenger asks, and a
 * contact who comes, writes, rings and goes. Our own words were as the machines say them with these credentials and this nonce.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pbkdf2Sync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInfo, readItems } from '../../../src/protocol/xmpp/capabilities.ts';
import { readChat } from '../../../src/protocol/xmpp/chat.ts';
import { ContactList } from '../../../src/protocol/xmpp/contact-list.ts';
import { StanzaFramer } from '../../../src/protocol/xmpp/framer.ts';
import { isJingle, readJingle } from '../../../src/protocol/xmpp/jingle.ts';
import { jingleMessageIn, readJingleMessage } from '../../../src/protocol/xmpp/jingle-message.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { readPresence } from '../../../src/protocol/xmpp/presence.ts';
import { payloadOf, readServices, readStreamHosts } from '../../../src/protocol/xmpp/reaching.ts';
import { isRoster, readRoster } from '../../../src/protocol/xmpp/roster.ts';
import { SignIn, type SignInOutput } from '../../../src/protocol/xmpp/sign-in.ts';
import { childOf, element, type Stanza } from '../../../src/protocol/xmpp/stanza.ts';
import { StreamManagement } from '../../../src/protocol/xmpp/stream-management.ts';

interface Recording {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  readonly resource: string;
  readonly nonce: number;
  readonly jid: string;
  /** What the server said, a text for each time that a stream began. */
  readonly streams: readonly string[];
}

/** The machine driven by the recording, cut into pieces of these lengths in turn; stanzas that came once it was signed in. */
function replay({ domain, user, password, resource, nonce, streams }: Recording, lengths: readonly number[]) {
  const credentials = { tag: 'account', user, password } as const;
  const machine = new SignIn({ domain, credentials, resource, nonce: new Uint8Array(24).fill(nonce) });
  const outputs: SignInOutput[] = [];
  const after: Stanza[] = [];
  let ended = false;
  let opened = 0;
  const carryOut = (given: readonly SignInOutput[]): void => {
    outputs.push(...given);
    for (const output of given) {
      if (output.tag === 'open') opened += 1;
      if (output.tag === 'secure') carryOut(machine.secured([]));
      if (output.tag !== 'derive') continue;
      const { derivation } = output;
      carryOut(machine.derived(pbkdf2Sync(derivation.password, derivation.salt, derivation.iterations, 32, 'sha256')));
    }
  };
  carryOut(machine.start());
  let turn = 0;
  for (const [index, text] of streams.entries()) {
    expect(opened).toBe(index + 1);
    const framer = new StanzaFramer();
    for (let at = 0; at < text.length; turn += 1) {
      const length = lengths[turn % lengths.length] ?? 1;
      for (const framed of framer.push(text.slice(at, at + length))) {
        if (outputs.at(-1)?.tag !== 'bound') carryOut(machine.receive(framed));
        else if (framed.tag === 'stanza') after.push(framed.stanza);
        else if (framed.tag === 'end') ended = true;
        else expect.unreachable(framed.tag);
      }
      at += length;
    }
  }
  return { outputs, after, ended };
}

describe.each(['ejabberd', 'prosody'])('%s', (name) => {
  const recording = JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors/xmpp', `${name}.json`), 'utf8')) as Recording;
  const { outputs, after, ended } = replay(recording, [65_536]);
  const answers = new Map(after.filter(({ name: kind }) => kind === 'iq').map((iq) => [iq.attributes['id'], payloadOf(iq)]));

  it('lets us in, by its own proof, and is resumed later', () => {
    expect(outputs.map(({ tag }) => tag)).toEqual([
      'open',
      'send',
      'secure',
      'open',
      'send',
      'derive',
      'send',
      'open',
      'send',
      'send',
      'bound',
    ]);
    expect(outputs.at(-1)).toMatchObject({
      jid: recording.jid,
      mechanism: 'SCRAM-SHA-256',
      management: { resumption: { id: expect.any(String) as string, seconds: 120 } },
      early: [],
    });
    expect(ended).toBe(true);
  });

  it('says the same in whatever pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }), (lengths) => {
        expect(replay(recording, lengths).after).toEqual(after);
      }),
      { numRuns: 25 },
    );
  });

  it('counts as we do', () => {
    const counts = new StreamManagement();
    // Eight questions and a presence.
    for (let sent = 0; sent < 9; sent += 1) counts.sent(element('presence', NS.client));
    for (const stanza of after) if (stanza.name === 'a') counts.handledByServer(Number(stanza.attributes['h']));
    expect(counts.unacknowledged).toEqual([]);
  });

  it('answers what a messenger asks', () => {
    const roster = answers.get('roster');
    expect(isRoster(roster) && readRoster(roster)).toMatchObject([{ address: 'erik@home.example', subscription: 'both' }]);
    const info = readInfo(answers.get('server'));
    expect(info?.features).toEqual(expect.arrayContaining([NS.ping, 'urn:xmpp:carbons:2', 'urn:xmpp:blocking', 'urn:xmpp:extdisco:2']));
    expect(readItems(answers.get('items'))).toContain('proxy.home.example');
    expect(readServices(answers.get('services')).map(({ type }) => type)).toEqual(expect.arrayContaining(['stun', 'turn']));
    expect(readStreamHosts(answers.get('relay'))).toMatchObject([
      { jid: expect.stringMatching(/^proxy\.home\.example/) as string, port: 27_777 },
    ]);
    expect(after.find(({ attributes }) => attributes['id'] === 'nobody')?.attributes['type']).toBe('error');
  });

  it('tells of a contact who comes, writes, rings and goes', () => {
    const list = new ContactList({ own: 'nora@home.example', nick: () => 'Nora', welcomes: () => false });
    const roster = answers.get('roster');
    list.loaded(isRoster(roster) ? readRoster(roster) : [], []);
    const shown: string[] = [];
    for (const stanza of after) {
      const presence = stanza.name === 'presence' ? readPresence(stanza) : undefined;
      if (presence === undefined) continue;
      list.heard(presence);
      shown.push(list.contacts.map(({ name: called, show }) => `${called} ${show}`).join());
    }
    expect(shown).toContain('Erik Müller 🛠 online');
    expect(shown.at(-1)).toBe('Erik Müller 🛠 offline');
    const messages = after.filter(({ name: kind }) => kind === 'message');
    expect(messages.flatMap((message) => readChat(message) ?? [])).toMatchObject([{ tag: 'text', text: 'Grüß dich <Nora> & 👋' }]);
    const rung = messages.flatMap((message) => {
      const said = jingleMessageIn(message);
      return said === undefined ? [] : [readJingleMessage(said, message)];
    });
    const id = '0b5c1c5e-6f0f-4a55-9a6a-0d6b0e0a4f11';
    expect(rung).toMatchObject([{ tag: 'propose', id, nick: 'Erik', description: { name: 'Remote Assistance', expiresS: 120 } }]);
    const actions = after.map((stanza) => childOf(stanza)).filter((payload) => isJingle(payload));
    expect(actions.map(readJingle)).toMatchObject([{ tag: 'session-terminate', sid: id }]);
  });
});

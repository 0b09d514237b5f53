/* Words that others choose are looked up among ours: names that every object has are none of them. */
import { describe, expect, it } from 'vitest';
import { readPresence } from '../../../src/protocol/xmpp/presence.ts';
import { JINGLE, readReason } from '../../../src/protocol/xmpp/reason.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { element } from '../../../src/protocol/xmpp/stanza.ts';

describe.each(['constructor', 'toString', 'hasOwnProperty'])('%s', (word) => {
  it('is no reason', () => {
    const said = element('jingle', JINGLE, {}, element('reason', JINGLE, {}, element(word, JINGLE)));
    expect(readReason(said, 'OUTBANDCANCEL')).toBe('OUTBANDCANCEL');
  });

  it('is no way of being there', () => {
    const presence = element('presence', NS.client, { from: 'eve@home/pc' }, element('show', NS.client, {}, word));
    expect(readPresence(presence)).toMatchObject({ tag: 'available', show: 'online' });
  });
});

import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { NS } from '../../../src/protocol/xmpp/namespaces.ts';
import { element, type Stanza } from '../../../src/protocol/xmpp/stanza.ts';
import { MAX_UNACKNOWLEDGED, StreamManagement } from '../../../src/protocol/xmpp/stream-management.ts';

const message = (id: number): Stanza => element('message', NS.client, { id: String(id) });
const ids = (stanzas: readonly Stanza[]): string => stanzas.map(({ attributes }) => attributes['id']).join(' ');

describe('acknowledgements (XEP-0198)', () => {
  it('keep what the server has not had, in order', () => {
    const management = new StreamManagement();
    for (const id of [1, 2, 3]) management.sent(message(id));
    management.handledByServer(2);
    expect(ids(management.unacknowledged)).toBe('3');
    management.handledByServer(2);
    management.sent(message(4));
    expect(ids(management.unacknowledged)).toBe('3 4');
    management.handledByServer(4);
    expect(management.unacknowledged).toEqual([]);
  });

  it.each([4, 0, 0xffff_ffff])('of more than was sent, or less than before, are refused: %i', (count) => {
    const management = new StreamManagement();
    for (const id of [1, 2, 3]) management.sent(message(id));
    management.handledByServer(1);
    expect(() => management.handledByServer(count)).toThrow(ProtocolError);
    expect(ids(management.unacknowledged)).toBe('2 3');
  });

  it('count what came', () => {
    const management = new StreamManagement();
    management.came();
    management.came();
    expect(management.answer()).toBe(`<a xmlns="${NS.management}" h="2"/>`);
    expect(management.received).toBe(2);
  });

  it('go round at 2^32', () => {
    const management = new StreamManagement();
    (management as unknown as { acknowledged: number; handled: number }).acknowledged = 0xffff_fffe;
    (management as unknown as { acknowledged: number; handled: number }).handled = 0xffff_ffff;
    for (const id of [1, 2, 3, 4]) management.sent(message(id));
    management.handledByServer(1);
    management.came();
    expect([ids(management.unacknowledged), management.received]).toEqual(['4', 0]);
  });

  it('that never come end in an error', () => {
    const management = new StreamManagement();
    for (let id = 0; id < MAX_UNACKNOWLEDGED; id += 1) management.sent(message(id));
    expect(() => management.sent(message(-1))).toThrow(ProtocolError);
  });
});

import { describe, expect, it } from 'vitest';
import { MessengerError } from '../../../../src/main/messenger/contract.ts';
import { PendingRequests } from '../../../../src/main/messenger/xmpp/pending-requests.ts';
import { NS } from '../../../../src/protocol/xmpp/namespaces.ts';
import { element, type Stanza } from '../../../../src/protocol/xmpp/stanza.ts';
import { errorOf } from '../../../../src/protocol/xmpp/stanza-error.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const query = element('query', 'q');

function requests(): { clock: VirtualClock; pending: PendingRequests; sent: Stanza[] } {
  const clock = new VirtualClock();
  const sent: Stanza[] = [];
  return { clock, sent, pending: new PendingRequests(clock, 'nora@example/pc', (stanza) => sent.push(stanza)) };
}

function answerTo(iq: Stanza | undefined, from: string | undefined, type = 'result'): Stanza {
  return element('iq', NS.client, { id: iq?.attributes['id'], type, from });
}

describe('an iq', () => {
  it('is answered by whoever was asked, and by nobody else', async () => {
    const { pending, sent } = requests();
    const asked = pending.request({ type: 'get', to: 'Erik@example/Desk', payload: query });
    for (const other of ['eve@example/x', 'erik@example/desk', 'example', undefined, '@'])
      pending.answer(answerTo(sent[0], other, 'error'));
    pending.answer(answerTo(sent[0], 'erik@example/Desk'));
    expect((await asked).attributes['from']).toBe('erik@example/Desk');
    expect(sent[0]?.attributes).toMatchObject({ type: 'get', to: 'Erik@example/Desk' });
  });

  it.each([undefined, 'nora@example', 'nora@example/pc', 'example'])('to the own account is answered from %s', async (from) => {
    const { pending, sent } = requests();
    const asked = pending.request({ type: 'set', payload: query });
    pending.answer(answerTo(sent[0], 'eve@example/x', 'error'));
    pending.answer(answerTo(sent[0], from));
    await expect(asked).resolves.toMatchObject({ name: 'iq' });
  });

  it('that is refused rejects with the condition', async () => {
    const { pending, sent } = requests();
    const asked = pending.request({ type: 'get', to: 'a@b', payload: query });
    const refused = errorOf(sent[0] as Stanza, 'cancel', 'forbidden');
    pending.answer({ ...refused, attributes: { ...refused.attributes, from: 'a@b' } });
    await expect(asked).rejects.toMatchObject({ condition: 'forbidden' });
  });

  it('without an answer rejects in time', async () => {
    const { clock, pending, sent } = requests();
    const asked = pending.request({ type: 'get', payload: query }, 500);
    const rejected = expect(asked).rejects.toMatchObject({ code: 'TIMEOUT' });
    await clock.advance(499);
    pending.answer(answerTo(undefined, undefined));
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    await rejected;
    pending.answer(answerTo(sent[0], undefined));
  });

  it('rejects with the stream, and so does a later one', async () => {
    const { clock, pending } = requests();
    const asked = pending.request({ type: 'get', payload: query });
    pending.fail(new MessengerError('CONNECTION_LOST', 'gone'));
    await expect(asked).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await expect(pending.request({ type: 'get', payload: query })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(clock.pendingTimers).toBe(0);
  });
});

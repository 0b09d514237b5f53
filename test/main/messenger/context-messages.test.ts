import { describe, expect, it } from 'vitest';
import { ContextMessages } from '../../../src/main/messenger/context-messages.ts';
import { PARTS_DEADLINE_MS } from '../../../src/protocol/rendezvous/parts.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function session(arrived: (messages: ContextMessages, data: string) => void) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const messages: ContextMessages = new ContextMessages(clock, {
    arrived: (data) => {
      told.push(data);
      arrived(messages, data);
    },
    passedOver: ({ code }) => told.push(code),
  });
  return { clock, told, messages };
}

describe('once it is closed', () => {
  it('no timer is left and nothing more is told, though parts of another message have come', async () => {
    const { clock, told, messages } = session((those) => those.close());
    messages.incoming('!note;1:1/2 never finished');
    expect(clock.pendingTimers).toBe(1);
    messages.incoming('!note the last straw');
    expect(clock.pendingTimers).toBe(0);
    messages.incoming('!note;2:1/2 too late');
    messages.incoming('too late as well');
    await clock.advance(2 * PARTS_DEADLINE_MS);
    expect(told).toEqual(['the last straw']);
  });

  it('the same where it is the loss of a message that ends the session', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const messages: ContextMessages = new ContextMessages(clock, {
      arrived: () => undefined,
      passedOver: ({ code }) => {
        told.push(code);
        messages.close();
      },
    });
    messages.incoming('!note;1:1/2 never finished');
    await clock.advance(PARTS_DEADLINE_MS / 2);
    messages.incoming('!note;2:1/2 nor this');
    await clock.advance(2 * PARTS_DEADLINE_MS);
    expect([told, clock.pendingTimers]).toEqual([['TRUNCATED'], 0]);
  });
});

import { expect, it } from 'vitest';
import { followRendezvous } from '../../../src/main/assistance/rendezvous-signal.ts';
import { TicketMemory } from '../../../src/main/assistance/running-session.ts';
import type { RendezvousEvent, RendezvousSession } from '../../../src/main/messenger/contract.ts';
import type { RendezvousSignal } from '../../../src/protocol/assistance/negotiation.ts';

it('which device has answered instead is told on, and never at such a length that the history could not keep it', () => {
  const listeners: ((event: RendezvousEvent) => void)[] = [];
  const rendezvous = { passedOver: 0, onEvent: (listener: (event: RendezvousEvent) => void) => (listeners.push(listener), () => {}) };
  const told: RendezvousSignal[] = [];
  followRendezvous({
    rendezvous: rendezvous as Partial<RendezvousSession> as RendezvousSession,
    role: 'expert',
    host: { tickets: new TicketMemory(), log: () => undefined },
    dispatch: (signal) => told.push(signal),
  });
  for (const device of ['laptop', 'x'.repeat(1_000)])
    for (const listener of listeners) listener({ tag: 'answeredElsewhere', device, answer: 'accepted' });
  expect(told).toEqual([
    { tag: 'answeredElsewhere', device: 'laptop' },
    { tag: 'answeredElsewhere', device: 'x'.repeat(128) },
  ]);
});

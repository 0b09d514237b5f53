import type { RendezvousSignal } from '../../protocol/assistance/negotiation.ts';
import type { SeenTickets } from '../../protocol/assistance/ticket.ts';
import type { RendezvousEvent } from '../messenger/contract.ts';

/** A messenger event as the negotiation machines take it. */
export function rendezvousSignal(event: RendezvousEvent, seen: SeenTickets): RendezvousSignal {
  switch (event.tag) {
    case 'contextData':
      return { tag: 'contextData', data: event.data, seen };
    case 'sendError':
      return { tag: 'sendError', code: event.error.code };
    default:
      return event;
  }
}

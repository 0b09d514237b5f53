import type { RendezvousSignal } from '../../protocol/assistance/negotiation.ts';
import type { SeenTickets } from '../../protocol/assistance/ticket.ts';
import { MessengerError } from '../messenger/contract.ts';
import type { RendezvousEvent, RendezvousSession } from '../messenger/contract.ts';

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

/** Sends a ticket; the machine hears of it when the messenger does not take it. */
export function sendTicket(rendezvous: RendezvousSession, data: string, driver: { dispatch(signal: RendezvousSignal): void }): void {
  try {
    rendezvous.sendContextData(data);
  } catch (error) {
    driver.dispatch({ tag: 'sendError', code: error instanceof MessengerError ? error.code : 'PROTOCOL' });
  }
}

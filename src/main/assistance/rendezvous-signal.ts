import type { RendezvousSignal } from '../../protocol/assistance/negotiation.ts';
import type { Meeting, SessionTrust } from '../../protocol/assistance/session-trust.ts';
import type { Role } from '../../protocol/assistance/status.ts';
import type { ProtocolError } from '../../protocol/bytes/errors.ts';
import { MessengerError } from '../messenger/contract.ts';
import type { RendezvousEvent, RendezvousSession } from '../messenger/contract.ts';
import type { SessionHost } from './running-session.ts';

/** Of the name of a device, which anything that signs in as this person chooses. */
const MAX_DEVICE_LENGTH = 128;

/** An invitation with what is to make sure who is at its other end. */
export interface TrustedRendezvous {
  readonly rendezvous: RendezvousSession;
  readonly trust: SessionTrust;
}

interface Following {
  readonly rendezvous: RendezvousSession;
  readonly role: Role;
  readonly host: Pick<SessionHost, 'tickets' | 'log'>;
  readonly dispatch: (signal: RendezvousSignal) => void;
}

/** Tells a negotiation machine what the messenger reports; what the messenger passed over goes to the log. The returned function stops it. */
export function followRendezvous({ rendezvous, role, host, dispatch }: Following): () => void {
  // The INVITE's features line, which was read before anything could listen.
  if (rendezvous.passedOver > 0) host.log('message refused', { role, code: 'MALFORMED', field: 'Features' });
  return rendezvous.onEvent((event) => {
    if (event.tag === 'passedOver') logRefusal(host.log, role, event.error);
    else dispatch(rendezvousSignal(event, rendezvous, host));
  });
}

export function logRefusal(log: SessionHost['log'], role: Role, { code, field }: ProtocolError): void {
  log('message refused', { role, code, field });
}

function rendezvousSignal(
  event: Exclude<RendezvousEvent, { tag: 'passedOver' }>,
  rendezvous: RendezvousSession,
  { tickets: { seen } }: Pick<SessionHost, 'tickets'>,
): RendezvousSignal {
  switch (event.tag) {
    case 'accepted':
    case 'readyToLaunch':
      return { ...event, ...meetingOf(rendezvous) };
    case 'contextData':
      return { ...event, seen };
    case 'sendError':
      return { tag: 'sendError', code: event.error.code };
    case 'answeredElsewhere':
      return { tag: 'answeredElsewhere', device: event.device.slice(0, MAX_DEVICE_LENGTH) };
    default:
      return event;
  }
}

/** What has been said and heard so far. */
function meetingOf({ peerFeatures, ownLine, peerLine, peerAnswer, wireId }: RendezvousSession): Meeting {
  return {
    ...(peerFeatures === undefined ? {} : { features: peerFeatures }),
    ...(ownLine === undefined ? {} : { said: ownLine }),
    ...(peerLine === undefined ? {} : { heard: peerLine }),
    ...(peerAnswer?.contextData === undefined ? {} : { opening: peerAnswer.contextData }),
    invitation: wireId,
  };
}

/** Sends a ticket; the machine hears of it when the messenger does not take it. */
export function sendTicket(
  rendezvous: RendezvousSession,
  { data, kind }: { readonly data: string; readonly kind?: string },
  driver: { dispatch(signal: RendezvousSignal): void },
): void {
  try {
    rendezvous.sendContextData(data, kind);
  } catch (error) {
    driver.dispatch({ tag: 'sendError', code: error instanceof MessengerError ? error.code : 'PROTOCOL' });
  }
}

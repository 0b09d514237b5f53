import type { CommonEvent } from '../../protocol/assistance/negotiation.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { ExpertLinkEvent, NoviceLinkEvent } from '../connection/contract.ts';
import { errorText } from './error-text.ts';
import type { SessionLife } from './session-life.ts';

type Ended = Extract<ExpertLinkEvent | NoviceLinkEvent, { tag: 'ended' }>;

interface Parts<Event> {
  readonly link: { onEvent(listener: (event: Event | Ended) => void): () => void };
  /** Hears what became of the RDP connection. */
  readonly driver: { dispatch(event: CommonEvent): void };
  readonly life: SessionLife;
  /** Everything the link says, but its end. A ProtocolError from here is the other side's fault, anything else ours. */
  readonly onEvent: (event: Event) => void;
}

/** Follows the RDP connection of a negotiated session until the session ends. */
export function followLink<Event extends { readonly tag: string }>({ link, driver, life, onEvent }: Parts<Event>): void {
  life.scope.add(
    link.onEvent((event) => {
      if (isEnd(event)) {
        const detail = event.error === undefined ? {} : { detail: event.error.message };
        driver.dispatch({ tag: 'linkEnded', end: event.end, ...detail });
        return;
      }
      if (event.tag === 'active') {
        life.showing();
        driver.dispatch({ tag: 'active' });
      }
      try {
        onEvent(event);
      } catch (error) {
        driver.dispatch({ tag: error instanceof ProtocolError ? 'peerBroke' : 'failed', detail: errorText(error) });
      }
    }),
  );
}

function isEnd(event: { readonly tag: string }): event is Ended {
  return event.tag === 'ended';
}

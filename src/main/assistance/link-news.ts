import type { CommonEvent } from '../../protocol/assistance/negotiation.ts';
import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { ExpertLinkEvent, NoviceLinkEvent } from '../connection/contract.ts';
import { errorText } from './error-text.ts';
import type { Scope } from './scope.ts';

/** What happens on the RDP connection, for whoever decides how the session goes on. The negotiation machines take it as it is. */
export type LinkNews = Extract<CommonEvent, { tag: 'active' | 'linkEnded' | 'peerBroke' | 'failed' }>;

type Ended = Extract<ExpertLinkEvent | NoviceLinkEvent, { tag: 'ended' }>;

interface Following<Event> {
  readonly link: { onEvent(listener: (event: Event | Ended) => void): () => void };
  readonly scope: Scope;
  readonly tell: (news: LinkNews) => void;
  /** Everything the link says, but its end. A ProtocolError from here is the other side's fault, anything else ours. */
  readonly onEvent: (event: Event) => void;
}

/** Follows the RDP connection of a session until the session ends. */
export function followLink<Event extends { readonly tag: string }>({ link, scope, tell, onEvent }: Following<Event>): void {
  scope.add(
    link.onEvent((event) => {
      if (isEnd(event)) {
        tell({ tag: 'linkEnded', end: event.end, ...(event.error === undefined ? {} : { detail: event.error.message }) });
        return;
      }
      if (event.tag === 'active') tell({ tag: 'active' });
      try {
        onEvent(event);
      } catch (error) {
        tell({ tag: error instanceof ProtocolError ? 'peerBroke' : 'failed', detail: errorText(error) });
      }
    }),
  );
}

function isEnd(event: { readonly tag: string }): event is Ended {
  return event.tag === 'ended';
}

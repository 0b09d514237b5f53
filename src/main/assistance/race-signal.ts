import type { CommonEvent } from '../../protocol/assistance/negotiation.ts';
import type { Role } from '../../protocol/assistance/status.ts';
import type { RaceEvent } from '../connection/contract.ts';
import type { AssistanceLog } from './contract.ts';

/** What a negotiation machine is told of the ways to connect; a refused connection goes to the log. */
export function raceSignal(event: RaceEvent, role: Role, log: AssistanceLog): Extract<CommonEvent, { readonly way: string }> {
  const way = event.by;
  switch (event.tag) {
    case 'attempt':
      return { tag: 'attempt', way };
    case 'refused':
      log('connection refused', { role, by: way, code: event.error.code });
      return { tag: 'wayRefused', way, failure: event.failure };
    case 'wayFailed':
      return { tag: 'wayFailed', way, failure: event.failure };
    case 'signal':
      return { tag: 'signal', way, text: event.text };
  }
}

import type { SessionStatus } from '../../../protocol/assistance/status.ts';
import { useNow } from '../clock.tsx';
import { phaseHint } from './session-words.ts';

/** What the phase means for the person, by now; only one of them counts seconds. */
export function usePhaseHint(session: SessionStatus): string | undefined {
  const { phase } = session;
  return phaseHint(session, useNow(phase.tag === 'connecting' && phase.next !== undefined ? 'second' : undefined));
}

import type { SessionStatus } from '../../protocol/assistance/status.ts';

/** Somebody else has this computer's mouse and keyboard. */
export function isControlled(session: SessionStatus | undefined): boolean {
  return session?.role === 'novice' && session.phase.tag === 'connected' && session.control === 'granted';
}

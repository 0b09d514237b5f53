import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { AppFacts } from './app-facts.ts';

const isShared = (session: SessionStatus | undefined): boolean => session?.role === 'novice' && session.phase.tag === 'connected';

/** The novice's panel folds when it begins to be in the way, and is whole again when it is not; in between as the person has it. */
export function isFolded({ session, panelFolded }: Pick<AppFacts, 'session' | 'panelFolded'>, next: SessionStatus | undefined): boolean {
  if (!isShared(next)) return false;
  return isShared(session) && session?.id === next?.id ? panelFolded : true;
}

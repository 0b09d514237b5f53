import type { SessionStatus } from '../../protocol/assistance/status.ts';

export interface GlobalShortcuts {
  /** Registers a global shortcut. False when another program has it; throws for a name that is not an accelerator. */
  register(accelerator: string, run: () => void): boolean;
  unregister(accelerator: string): void;
}

export interface StopShortcut {
  update(session: SessionStatus | undefined, accelerator: string): void;
}

/** Is this a session that the novice can stop? */
function isStoppable(session: SessionStatus | undefined): boolean {
  return session !== undefined && session.role === 'novice' && session.phase.tag !== 'ended';
}

/** Holds the key only while the novice has something to stop, so that other programs have it the rest of the time. */
export function createStopShortcut(
  shortcuts: GlobalShortcuts,
  stop: () => void,
  onUnavailable: (accelerator: string) => void,
): StopShortcut {
  let held: string | undefined;
  let refused: string | undefined;
  return {
    update(session, accelerator) {
      const wanted = isStoppable(session) ? accelerator : undefined;
      if (held !== undefined && held !== wanted) {
        shortcuts.unregister(held);
        held = undefined;
      }
      if (wanted === undefined) {
        refused = undefined;
        return;
      }
      if (held === wanted || refused === wanted) return;
      let taken = false;
      try {
        taken = shortcuts.register(wanted, stop);
      } catch {
        taken = false;
      }
      if (taken) held = wanted;
      else {
        refused = wanted;
        onUnavailable(wanted);
      }
    },
  };
}

import type { StopKeys } from '../../facts/stop-keys.ts';
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
  tell: {
    /** Another program has them. */
    readonly unavailable: (accelerator: string) => void;
    /** Called when it changes. */
    readonly keys: (keys: StopKeys) => void;
  },
  /** False where a key that was registered may never come: in a Wayland session the desktop decides that, and says nothing. */
  certain: boolean,
): StopShortcut {
  let held: string | undefined;
  let refused: string | undefined;
  let told: StopKeys = 'none';
  function say(): void {
    const keys = !certain ? 'unsure' : held === undefined ? 'none' : 'held';
    if (keys === told) return;
    told = keys;
    tell.keys(keys);
  }
  function hold(wanted: string | undefined): void {
    if (held !== undefined && held !== wanted) {
      shortcuts.unregister(held);
      held = undefined;
    }
    if (wanted === undefined) refused = undefined;
    if (wanted === undefined || held === wanted || refused === wanted) return;
    if (isTaken(shortcuts, wanted, stop)) held = wanted;
    else {
      refused = wanted;
      tell.unavailable(wanted);
    }
  }
  return {
    update(session, accelerator) {
      hold(isStoppable(session) ? accelerator : undefined);
      say();
    },
  };
}

/** Did we get the keys? */
function isTaken(shortcuts: GlobalShortcuts, accelerator: string, stop: () => void): boolean {
  try {
    return shortcuts.register(accelerator, stop);
  } catch {
    return false;
  }
}

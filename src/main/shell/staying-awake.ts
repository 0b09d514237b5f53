import type { SessionStatus } from '../../protocol/assistance/status.ts';

/** The part of Electron's powerSaveBlocker that is used. */
export interface PowerSaveBlocker {
  start(type: 'prevent-display-sleep'): number;
  stop(id: number): unknown;
}

export interface StayingAwake {
  update(session: SessionStatus | undefined): void;
}

/** Neither screen goes dark, is locked or sleeps while somebody sees the novice's: on the novice's side it is what is shown, on the expert's what is looked at. */
export function createStayingAwake(blocker: PowerSaveBlocker): StayingAwake {
  let held: number | undefined;
  return {
    update(session) {
      const seen = session !== undefined && session.phase.tag === 'connected' && session.viewing;
      if (seen && held === undefined) held = blocker.start('prevent-display-sleep');
      else if (!seen && held !== undefined) {
        blocker.stop(held);
        held = undefined;
      }
    },
  };
}

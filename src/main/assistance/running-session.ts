import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { SeenTickets } from '../../protocol/assistance/ticket.ts';
import { rememberTicket } from '../../protocol/assistance/ticket.ts';
import type { Clock } from '../clock.ts';
import type { AssistanceLog } from './contract.ts';

/** Traffic, frame rate and round trip are told twice a second. */
const TRAFFIC_PERIOD_MS = 500;

/** What a session needs from the room beside its parts. */
export interface SessionHost {
  readonly tickets: TicketMemory;
  readonly log: AssistanceLog;
  readonly random: (bytes: number) => Uint8Array;
  /** The session's status has changed. */
  readonly changed: () => void;
}

/** One session in either role, as the facade sees it. */
export interface RunningSession {
  readonly status: SessionStatus;
  readonly over: boolean;
  /** Resolves when it is over and nothing of it is open. */
  readonly closed: Promise<void>;
  /** Ends it, on this person's wish. */
  stop(): void;
}

/** Ids of every ticket used since the program started, newest 512. */
export class TicketMemory {
  private ids: SeenTickets = [];
  get seen(): SeenTickets {
    return this.ids;
  }
  remember(id: Uint8Array): void {
    this.ids = rememberTicket(this.ids, id);
  }
}

/** Calls `tick` twice a second until the returned function is called. */
export function everyTrafficPeriod(clock: Clock, tick: () => void): () => void {
  let cancel = (): void => {};
  const arm = (): void => {
    cancel = clock.after(TRAFFIC_PERIOD_MS, () => {
      arm();
      tick();
    });
  };
  arm();
  return () => cancel();
}

import type { Activity } from '../../facts/activities.ts';
import type { ProgramChoice } from '../../facts/programs.ts';
import type { ActivityKind } from '../../protocol/applications/applications.ts';
import type { KnownDevices } from './address-seal.ts';
import type { Clock } from '../clock.ts';
import type { Interruptions } from '../interruptions.ts';
import type { Messengers, Peer, PeerAddress } from '../messenger/contract.ts';

export type ActivityErrorCode =
  | 'NOT_SIGNED_IN'
  | 'UNKNOWN_ACTIVITY'
  | 'TOO_MANY_ACTIVITIES'
  /** No program is registered for the activity. */
  | 'NO_PROGRAM'
  /** The template wants a port and the activity has none. */
  | 'NO_PORT'
  /** The other side gave no usable address. */
  | 'BAD_ADDRESS'
  /** The contact's log-in name is not one that may be handed to a program. */
  | 'BAD_CONTACT'
  | 'PROGRAM_NOT_FOUND'
  | 'PROGRAM_FAILED';

export class ActivityError extends Error {
  override readonly name = 'ActivityError';
  readonly code: ActivityErrorCode;
  constructor(code: ActivityErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * What became of an activity. `unknown` and `malformed` are invitations that never became one; `what` is the application name they
 * carried.
 */
export type ActivityNews =
  | {
      readonly tag:
        | 'started'
        | 'declined'
        | 'notInstalledThere'
        | 'notInstalledHere'
        | 'takenBack'
        | 'noAnswer'
        | 'contactOffline'
        | 'connectionLost'
        | 'failedThere';
      readonly kind: ActivityKind;
      readonly peer: Peer;
    }
  | { readonly tag: 'failedHere'; readonly kind: ActivityKind; readonly peer: Peer; readonly code: ActivityErrorCode }
  | { readonly tag: 'unknown' | 'malformed'; readonly what: string; readonly peer: Peer };

export type ProgramChoices = Readonly<Partial<Record<ActivityKind, ProgramChoice>>>;

/** What a launcher starts: an argument vector or a URL, never a shell line. */
export type LaunchTarget =
  | { readonly tag: 'program'; readonly program: string; readonly args: readonly string[] }
  /** A URL that `isHandlerUrl` allows. */
  | { readonly tag: 'url'; readonly url: string };

export interface Launcher {
  /**
   * Rejects with ActivityError PROGRAM_NOT_FOUND or PROGRAM_FAILED. `exited` resolves with the exit code, null for a signal; it is
   * undefined where the exit cannot be observed.
   */
  start(target: LaunchTarget): Promise<{ readonly exited: Promise<number | null> | undefined }>;
  /** Whether this computer has the program, or a handler for the URL. */
  knows(target: LaunchTarget): Promise<boolean>;
  /** A TCP port that was free when the promise resolved. */
  freePort(): Promise<number>;
}

export interface ActivitiesParts {
  readonly messengers: Messengers;
  readonly launcher: Launcher;
  /** Addresses travel sealed between those who know each other; without it as they are. */
  readonly trust?: KnownDevices;
  readonly clock: Clock;
  /** Who may interrupt this person how often; of its own when left out. */
  readonly interruptions?: Interruptions;
  readonly programs: () => ProgramChoices;
  /** The IP address at which this computer is best reached. */
  readonly ownAddress: () => string;
  readonly log: (event: string, facts: Readonly<Record<string, string | number>>) => void;
}

/**
 * The other applications that contacts invite to, as the shell uses them. Commands throw ActivityError, and MessengerError where the
 * messenger refuses.
 */
export interface Activities {
  readonly list: readonly Activity[];
  onChange(listener: () => void): () => void;
  onNews(listener: (news: ActivityNews) => void): () => void;
  /** Invites a contact. Rejects with NOT_SIGNED_IN, NO_PROGRAM or TOO_MANY_ACTIVITIES; later failures reach `onNews`. */
  start(peer: PeerAddress, kind: ActivityKind): Promise<void>;
  /** Accepts an invitation. Rejects with UNKNOWN_ACTIVITY; later failures reach `onNews`. */
  accept(id: string): Promise<void>;
  /** Declines an incoming invitation, cancels an outgoing one. Throws UNKNOWN_ACTIVITY. */
  cancel(id: string): void;
  /** Clears every timer and listener, for quitting. Started programs go on. */
  close(): void;
}

import type { ActivityKind } from '../../protocol/applications/applications.ts';
import type { Clock } from '../clock.ts';
import type { Messenger } from '../messenger/contract.ts';

export type ActivityErrorCode =
  | 'NOT_SIGNED_IN'
  | 'UNKNOWN_ACTIVITY'
  | 'TOO_MANY_ACTIVITIES'
  /** Nothing is registered for it. */
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

export type ActivityRole = 'inviter' | 'invitee';

interface Peer {
  readonly address: string;
  readonly friendlyName: string;
}

/** One that waits for an answer or is being negotiated. */
export interface Activity {
  readonly id: string;
  readonly kind: ActivityKind;
  readonly role: ActivityRole;
  readonly peer: Peer;
  readonly startedAtMs: number;
  readonly phase: 'waiting' | 'negotiating';
  /** The registered line that a yes would run. */
  readonly line: string;
}

/** What became of one. `unknown` and `malformed` never were one: `what` is the name they gave. */
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

/** How a person wants an activity to be done. */
export type ProgramChoice = { readonly use: 'default' } | { readonly use: 'none' } | { readonly use: 'own'; readonly line: string };

export type ProgramChoices = Readonly<Partial<Record<ActivityKind, ProgramChoice>>>;

/** What is started in the end: never a shell line. */
export type LaunchTarget =
  | { readonly tag: 'program'; readonly program: string; readonly args: readonly string[] }
  /** Only such as `isHandlerUrl` allows. */
  | { readonly tag: 'url'; readonly url: string };

export interface Launcher {
  /** Rejects with ActivityError PROGRAM_NOT_FOUND or PROGRAM_FAILED. `exited` gives the exit code, null for a signal; undefined where no end can be seen. */
  start(target: LaunchTarget): Promise<{ readonly exited: Promise<number | null> | undefined }>;
  /** Whether there is such a program, or a program for such a URL. */
  knows(target: LaunchTarget): Promise<boolean>;
  /** A port that is free right now. */
  freePort(): Promise<number>;
}

export interface ActivitiesParts {
  readonly messenger: Messenger;
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly programs: () => ProgramChoices;
  /** The address at which this computer is best reached. */
  readonly ownAddress: () => string;
  readonly log: (event: string, facts: Readonly<Record<string, string | number>>) => void;
}

/** The use case. Commands throw ActivityError, and MessengerError where the messenger refuses. */
export interface Activities {
  readonly list: readonly Activity[];
  onChange(listener: () => void): () => void;
  onNews(listener: (news: ActivityNews) => void): () => void;
  /** NOT_SIGNED_IN, NO_PROGRAM, TOO_MANY_ACTIVITIES. What goes wrong later comes as news. */
  start(address: string, kind: ActivityKind): Promise<void>;
  /** UNKNOWN_ACTIVITY. What goes wrong later comes as news. */
  accept(id: string): Promise<void>;
  /** Incoming: says no. Outgoing: takes it back. UNKNOWN_ACTIVITY. */
  cancel(id: string): void;
  /** On quitting: no timer and no listener is left. Programs that run go on. */
  close(): void;
}

import type { Clock } from '../../clock.ts';
import type { XmppStream } from './stream-contract.ts';

/** What is known of who is there. */
export interface PeerPresence {
  /** Their presence is told to us: without it the numbers mean nothing. */
  readonly sees: boolean;
  /** Programs of theirs that are signed in, and how many of them are known not to take invitations of ours. */
  readonly devices: number;
  readonly unable: number;
}

/** What an invitation is carried by. */
export interface CarriedOptions {
  readonly clock: Clock;
  readonly stream: Pick<XmppStream, 'jid' | 'send' | 'request'>;
  /** What we call ourselves, and whether we are here without an account. */
  readonly self: () => { readonly nick: string; readonly guest: boolean };
  readonly presence: (address: string) => PeerPresence;
  /** Lets somebody who does not see us know when we leave, and that it is no matter any more. */
  readonly greet: (to: string) => void;
  readonly dismiss: (to: string) => void;
  /** Tells a program that another one has it, or that it is over. */
  readonly tooLate: (to: string, id: string) => void;
  /** The session is over: nothing that comes is for it any more. */
  readonly over: () => void;
}

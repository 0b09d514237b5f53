import type { Clock } from '../clock.ts';
import type { Messenger } from './contract.ts';
import { MsnpMessenger } from './msnp/msnp-messenger.ts';

/** What every transport is built from. */
export interface MessengerDependencies {
  readonly clock: Clock;
  /** 0 ≤ x < 1, for the jitter of the back-off. */
  readonly random: () => number;
  /** GUIDs, with braces, of the applications whose invitations are ours to answer; all others are answered REJECT_NOT_INSTALLED. */
  readonly applications: readonly string[];
}

/** Another transport is one folder and one line here. */
const TRANSPORTS = {
  msnp: (dependencies: MessengerDependencies): Messenger => new MsnpMessenger(dependencies),
} as const;

export type TransportName = keyof typeof TRANSPORTS;

export const TRANSPORT_NAMES = Object.keys(TRANSPORTS) as readonly TransportName[];

export function createMessenger(name: TransportName, dependencies: MessengerDependencies): Messenger {
  return TRANSPORTS[name](dependencies);
}

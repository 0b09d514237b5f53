import type { Messenger, MessengerDependencies } from './contract.ts';
import { MsnpMessenger } from './msnp/msnp-messenger.ts';

/** Another transport is one folder and one line here. */
const TRANSPORTS = {
  msnp: (dependencies: MessengerDependencies): Messenger => new MsnpMessenger(dependencies),
} as const;

export type TransportName = keyof typeof TRANSPORTS;

export const TRANSPORT_NAMES = Object.keys(TRANSPORTS) as readonly TransportName[];

export function createMessenger(name: TransportName, dependencies: MessengerDependencies): Messenger {
  return TRANSPORTS[name](dependencies);
}

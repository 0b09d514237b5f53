import type { Messenger, MessengerDependencies } from './contract.ts';
import { msnp } from './msnp/transport.ts';
import { xmpp } from './xmpp/transport.ts';
import type { Transport } from './transport.ts';

/** Another transport is one folder and one line here. The first is the one whose contacts come first. */
export const TRANSPORTS: readonly Transport[] = [msnp, xmpp];

/** A messenger of each transport, signed out, by name. */
export function createTransports(
  dependencies: MessengerDependencies,
  transports: readonly Transport[] = TRANSPORTS,
): ReadonlyMap<string, Messenger> {
  return new Map(transports.map((transport) => [transport.name, transport.create(dependencies)]));
}

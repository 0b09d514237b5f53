import type { Messengers } from '../../messenger/contract.ts';
import { CommandError } from '../refusal.ts';

/** Checks that `transport`, or any transport when it is left out, is signed in. @throws CommandError NOT_SIGNED_IN */
export function requireSignedIn(messengers: Messengers, transport?: string): void {
  const asked = transport === undefined ? messengers.transports : [transport];
  if (!asked.some((name) => messengers.stateOf(name).tag === 'signedIn')) throw new CommandError('NOT_SIGNED_IN', 'not signed in');
}

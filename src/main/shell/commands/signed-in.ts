import type { Messenger } from '../../messenger/contract.ts';
import { CommandError } from '../refusal.ts';

/** @throws CommandError NOT_SIGNED_IN */
export function requireSignedIn(messenger: Messenger): void {
  if (messenger.state.tag !== 'signedIn') throw new CommandError('NOT_SIGNED_IN', 'not signed in');
}

import { GUEST_TRANSPORT } from '../../facts/accounts.ts';
import type { Messenger, MessengerDependencies } from './contract.ts';
import { xmppStreams } from './xmpp/open-stream.ts';
import { XmppMessenger } from './xmpp/xmpp-messenger.ts';

/** The messenger of somebody without an account, signed out. It is in no form and in no file: its accounts are made when they are needed. */
export function createGuestMessenger(dependencies: MessengerDependencies): Messenger {
  const { admitsGuest = () => false } = dependencies;
  return new XmppMessenger(GUEST_TRANSPORT, dependencies, { open: xmppStreams(), admitsGuest });
}

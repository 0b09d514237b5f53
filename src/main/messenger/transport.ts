/* What a transport says of itself. Settings, Welcome, the check of what a window sends and the file of accounts are made from it. */
import type { AccountForm } from '../../facts/accounts.ts';
import type { AccountKind } from '../settings/account-store.ts';
import type { Account, Messenger, MessengerDependencies } from './contract.ts';

export interface Transport<A extends Account = Account> extends AccountKind<A>, AccountForm {
  /** Signed out. The messenger puts this transport's `name` into every contact, peer and session that it tells of. */
  create(dependencies: MessengerDependencies): Messenger<A>;
}

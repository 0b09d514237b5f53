/* What a transport says of itself. Settings, Welcome, the check of what a window sends and the file of accounts are made from it. */
import type { AccountForm } from '../../facts/accounts.ts';
import type { Clock } from '../clock.ts';
import type { AccountKind } from '../settings/account-store.ts';
import type { Account, Messenger, MessengerDependencies } from './contract.ts';

export interface Transport<A extends Account = Account> extends AccountKind<A>, Omit<AccountForm, 'makesAccounts'> {
  /** Signed out. The messenger puts this transport's `name` into every contact, peer and session that it tells of. */
  create(dependencies: MessengerDependencies): Messenger<A>;
  /** Has the server make the account, by the token of its invitation where there is one. Rejects with RegistrationError, and MessengerError. */
  makeAccount?(account: A, token: string | undefined, clock: Clock): Promise<void>;
}

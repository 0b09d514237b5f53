/* What a transport says of itself. Settings, Welcome, the check of what a window sends and the file of accounts are made from it. */
import type { WordKey } from '../../words/languages.ts';
import type { AccountKind } from '../settings/account-store.ts';
import type { Account, Messenger, MessengerDependencies } from './contract.ts';

/** One line of the form in which a person types an account. Every field is a text. */
export interface AccountField {
  /** Of the account: `address` and `friendlyName` are every account's, the others the transport's own. */
  readonly name: string;
  /** What is secret is hidden while it is typed, encrypted on the disk, and never goes back to a window. */
  readonly kind: 'text' | 'name' | 'secret';
  readonly label: WordKey;
  readonly hint: WordKey;
  /** Characters. */
  readonly maxLength: number;
  /** The form can be sent without it. */
  readonly optional?: true;
}

export interface Transport<A extends Account = Account> extends AccountKind<A> {
  /** For a person who has a choice. */
  readonly title: WordKey;
  readonly fields: readonly AccountField[];
  /** Signed out. The messenger puts this transport's `name` into every contact, peer and session that it tells of. */
  create(dependencies: MessengerDependencies): Messenger<A>;
}

import type { WordKey } from '../words/languages.ts';

/** The transport of people without an account; it is in no form, and in no file. */
export const GUEST_TRANSPORT = 'guest';

/** One line of the form in which a person types an account. Every field is a text. */
export interface AccountField {
  /** Of the account: `address` and `friendlyName` are every account's, the others the transport's own. */
  readonly name: string;
  /** What is secret is hidden while it is typed, encrypted on the disk, and never goes back to a window. `unprotected` is a switch that is off, and `none` when it is on. */
  readonly kind: 'text' | 'name' | 'secret' | 'unprotected';
  readonly label: WordKey;
  readonly hint: WordKey;
  /** Characters. */
  readonly maxLength: number;
  /** The form can be sent without it. */
  readonly optional?: true;
}

/** What a person fills in for an account on a transport. */
export interface AccountForm {
  /** The transport's, for a person who has a choice. */
  readonly title: WordKey;
  /** Above the form of a first account: where what it asks for comes from. */
  readonly lead: WordKey;
  readonly fields: readonly AccountField[];
  /** What its server is and offers can be looked at while signed in. */
  readonly looksAtServer?: true;
  /** Its servers may make an account for whoever asks, or whoever was invited: the form has a switch for it. */
  readonly makesAccounts?: true;
  /** A link that is sent to somebody makes them a contact, without the person being asked once more. */
  readonly invitesContacts?: true;
}

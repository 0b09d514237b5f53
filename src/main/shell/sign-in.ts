/* The accounts of this computer, one a transport: kept, signed in, and shown. Each signs in and out by itself. */
import type { Contact } from '../../facts/contacts.ts';
import { inOrder } from '../messenger/messengers.ts';
import type { Account, Messengers, PeerAddress } from '../messenger/contract.ts';
import type { Transport } from '../messenger/transport.ts';
import { withoutSecrets, type AccountStore } from '../settings/account-store.ts';
import type { ContactsCache } from '../settings/contacts-cache.ts';
import type { AccountFacts } from './app-facts.ts';
import type { AppModel } from './app-model.ts';
import { CommandError } from './refusal.ts';

export interface SignInDeps {
  readonly messengers: Messengers;
  readonly transports: readonly Transport[];
  readonly accounts: AccountStore;
  readonly contacts: ContactsCache;
  readonly model: AppModel;
  /** The account as it signs in right now: with this computer's own messenger for its server, where it lives there. */
  readonly located: (account: Account) => Account;
  readonly onSecrets: (secrets: readonly string[]) => void;
  readonly onStorageError: (error: unknown) => void;
}

export interface SignIn {
  /** Signs in every account there is. */
  start(): void;
  /** Keeps the account in the place of its transport's, and signs in with it. */
  save(account: Account): Promise<void>;
  /** @throws CommandError NO_ACCOUNT */
  signIn(transport: string): void;
  /** The messenger of this computer has started, stopped or moved: whoever is signed in, or tries to be, goes along. */
  followServer(): void;
  signOut(transport: string): Promise<void>;
  forget(transport: string): Promise<void>;
  setPresence(presence: 'online' | 'busy' | 'away'): Promise<void>;
  /** The person's name, for every account. @throws CommandError NO_ACCOUNT */
  setFriendlyName(name: string): Promise<void>;
}

export function createSignIn(deps: SignInDeps): SignIn {
  const { messengers, model, accounts } = deps;
  /** Where each has signed in last. */
  const used = new Map<string, Account>();
  const lists = new Map<string, readonly Contact[]>();

  function factsOf(transport: Transport): AccountFacts[] {
    const account = accounts.of(transport.name);
    if (account === undefined) return [];
    const { address, friendlyName } = account;
    const state = messengers.stateOf(transport.name);
    return [{ transport: transport.name, address, friendlyName, values: withoutSecrets(transport, account), state }];
  }

  function showAccounts(): void {
    deps.onSecrets(accounts.secrets);
    model.update({ accounts: deps.transports.flatMap(factsOf) });
  }

  function showContacts(transport: string, contacts: readonly Contact[]): void {
    lists.set(transport, contacts);
    model.update({ contacts: inOrder(messengers.transports, lists) });
  }

  /** Another account, or none: its contacts are those of last time until the messenger says better. */
  function showOther(transport: string): void {
    const account = accounts.of(transport);
    const known = account === undefined ? [] : deps.contacts.of(account);
    showContacts(
      transport,
      known.map((contact) => ({ ...contact, presence: 'offline' as const })),
    );
    showAccounts();
  }

  function keep(transport: string, change: Readonly<Record<string, string>>): void {
    const now = accounts.of(transport);
    if (now !== undefined) accounts.save({ ...now, ...change }).then(showAccounts, deps.onStorageError);
  }

  /** Whoever has handed the account out is its first contact. Once: a contact that was removed stays so. */
  async function introduce({ transport, address, contact, introduced }: Account): Promise<void> {
    if (contact === undefined || introduced !== undefined) return;
    try {
      await messengers.addContact({ transport, address: contact });
    } catch {
      // Tried again at the next sign-in.
      return;
    }
    if (accounts.of(transport)?.address === address) keep(transport, { introduced: 'yes' });
  }

  function connect(account: Account): void {
    const located = deps.located(account);
    used.set(account.transport, located);
    messengers.signIn(located);
  }

  function signIn(transport: string): void {
    const account = accounts.of(transport);
    if (account === undefined) throw new CommandError('NO_ACCOUNT', 'no account on this computer');
    const { tag } = messengers.stateOf(transport);
    if (tag !== 'signedIn' && tag !== 'connecting') connect(account);
  }

  messengers.onEvent((event) => {
    switch (event.tag) {
      case 'state': {
        showAccounts();
        const known = accounts.of(event.transport);
        if (event.state.tag !== 'signedIn' || known === undefined) return;
        void introduce(known);
        // The server's name for us wins: another copy of the app may have changed it.
        if (event.state.friendlyName === '' || event.state.friendlyName === known.friendlyName) return;
        keep(event.transport, { friendlyName: event.state.friendlyName.slice(0, 129).toWellFormed() });
        return;
      }
      case 'contacts': {
        const { transport, contacts } = event;
        const owner = accounts.of(transport);
        if (owner === undefined) return;
        // Signed out, a messenger may say that the list is empty; what is known is more useful than that.
        if (messengers.stateOf(transport).tag !== 'signedIn' && contacts.length === 0) return;
        showContacts(transport, contacts);
        deps.contacts.keep(owner, contacts).catch(deps.onStorageError);
        return;
      }
      case 'missed':
      case 'saidElsewhere':
      case 'invitation':
      case 'chat':
      case 'listed':
      case 'invitationRefused':
        return;
    }
  });
  for (const { name } of deps.transports) showOther(name);

  return {
    start() {
      for (const { transport } of accounts.accounts) signIn(transport);
    },
    signIn,
    async save(account) {
      const { transport } = account;
      if (messengers.stateOf(transport).tag !== 'signedOut') await messengers.signOut(transport);
      if ((await accounts.save(account)) === 'plain') model.notify('info', 'notice.tokenNotEncrypted');
      showOther(transport);
      // Whatever a click has begun meanwhile was for the account before.
      connect(account);
    },
    followServer() {
      for (const account of accounts.accounts) {
        const { tag } = messengers.stateOf(account.transport);
        if (tag !== 'signedOut' && !sameFields(deps.located(account), used.get(account.transport))) connect(account);
      }
    },
    signOut: (transport) => messengers.signOut(transport),
    async forget(transport) {
      await messengers.signOut(transport);
      await accounts.forget(transport);
      await deps.contacts.forget(transport);
      showOther(transport);
    },
    async setPresence(presence) {
      await messengers.setPresence(presence);
      model.update({ presence });
    },
    async setFriendlyName(name) {
      if (accounts.accounts.length === 0) throw new CommandError('NO_ACCOUNT', 'no account on this computer');
      await messengers.setFriendlyName(name);
      for (const account of accounts.accounts) await accounts.save({ ...account, friendlyName: name });
      showAccounts();
    },
  };
}

/** An account's fields are texts; the name may have changed on the way without the place having. */
function sameFields(a: Account, b: Account | undefined): boolean {
  const { friendlyName: _mine, ...mine } = a;
  const { friendlyName: _theirs, ...theirs } = b ?? a;
  return b !== undefined && JSON.stringify(mine) === JSON.stringify(theirs);
}

/** Whether `peer` is whom an account's link names and who is to become its first contact. */
export function expectsContact(accounts: Pick<AccountStore, 'of'>, peer: PeerAddress): boolean {
  const account = accounts.of(peer.transport);
  return account !== undefined && account['contact'] === peer.address && account['introduced'] === undefined;
}

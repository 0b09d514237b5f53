/* The one account of this computer: kept, signed in, and shown. */
import type { Account, Messenger } from '../messenger/contract.ts';
import type { AccountStore, StoredAccount } from '../settings/account-store.ts';
import type { ContactsCache } from '../settings/contacts-cache.ts';
import type { AppModel } from './app-model.ts';
import { CommandError } from './refusal.ts';

export interface SignInDeps {
  readonly messenger: Messenger;
  readonly account: AccountStore;
  readonly contacts: ContactsCache;
  readonly model: AppModel;
  /** Where to sign in when the account lives on this computer's own messenger; undefined otherwise. */
  readonly ownServer: (address: string) => string | undefined;
  readonly onSecrets: (secrets: readonly string[]) => void;
  readonly onStorageError: (error: unknown) => void;
}

export interface SignIn {
  /** Signs in when there is an account that can. */
  start(): void;
  save(account: StoredAccount): Promise<void>;
  /** @throws CommandError NO_ACCOUNT */
  signIn(): void;
  /** The messenger of this computer has started, stopped or moved: whoever is signed in, or tries to be, goes along. */
  followServer(): void;
  signOut(): Promise<void>;
  forget(): Promise<void>;
  setPresence(presence: 'online' | 'busy' | 'away'): Promise<void>;
  setFriendlyName(name: string): Promise<void>;
}

export function createSignIn(deps: SignInDeps): SignIn {
  const { messenger, model } = deps;

  let usedServer: string | undefined;

  function showAccount(): void {
    const account = deps.account.account;
    deps.onSecrets(account === undefined ? [] : [account.accessToken]);
    model.update({ account: account && { server: account.server, address: account.address, friendlyName: account.friendlyName } });
  }

  /** Another account, or none: its contacts are those of last time until the messenger says better. */
  function showOther(): void {
    const account = deps.account.account;
    const known = account === undefined ? [] : deps.contacts.of(account.address);
    model.update({ contacts: known.map(({ address, friendlyName }) => ({ address, friendlyName, presence: 'offline' as const })) });
    showAccount();
  }

  const serverOf = ({ address, server }: StoredAccount): string => deps.ownServer(address) ?? server;

  function connect(account: StoredAccount): void {
    usedServer = serverOf(account);
    messenger.signIn({ ...account, server: usedServer } satisfies Account);
  }

  function signIn(): void {
    const account = deps.account.account;
    if (account === undefined) throw new CommandError('NO_ACCOUNT', 'no account on this computer');
    const { tag } = messenger.state;
    if (tag !== 'signedIn' && tag !== 'connecting') connect(account);
  }

  messenger.onEvent((event) => {
    switch (event.tag) {
      case 'state': {
        model.update({ messenger: event.state });
        const known = deps.account.account;
        if (event.state.tag !== 'signedIn') return;
        if (model.facts.presence !== 'online') messenger.setPresence(model.facts.presence).catch(() => undefined);
        // The server's name for us wins: another copy of the app may have changed it.
        if (known === undefined || event.state.friendlyName === '' || event.state.friendlyName === known.friendlyName) return;
        deps.account
          .save({ ...known, friendlyName: event.state.friendlyName.slice(0, 129).toWellFormed() })
          .then(showAccount, deps.onStorageError);
        return;
      }
      case 'contacts': {
        const owner = deps.account.account?.address;
        if (owner === undefined) return;
        // Signed out, a messenger may say that the list is empty; what is known is more useful than that.
        if (messenger.state.tag !== 'signedIn' && event.contacts.length === 0) return;
        model.update({ contacts: event.contacts });
        deps.contacts.keep(owner, event.contacts).catch(deps.onStorageError);
        return;
      }
      case 'invitation':
      case 'chat':
      case 'invitationRefused':
        return;
    }
  });
  showOther();

  return {
    start() {
      if (deps.account.account !== undefined) signIn();
    },
    signIn() {
      signIn();
    },
    async save(account) {
      if (messenger.state.tag !== 'signedOut') await messenger.signOut();
      if ((await deps.account.save(account)) === 'plain') model.notify('info', 'notice.tokenNotEncrypted');
      showOther();
      // Whatever a click has begun meanwhile was for the account before.
      connect(account);
    },
    followServer() {
      const account = deps.account.account;
      if (account !== undefined && messenger.state.tag !== 'signedOut' && serverOf(account) !== usedServer) connect(account);
    },
    signOut: () => messenger.signOut(),
    async forget() {
      await messenger.signOut();
      await deps.account.forget();
      await deps.contacts.clear();
      showOther();
    },
    async setPresence(presence) {
      if (messenger.state.tag === 'signedIn') await messenger.setPresence(presence);
      model.update({ presence });
    },
    async setFriendlyName(name) {
      const account = deps.account.account;
      if (account === undefined) throw new CommandError('NO_ACCOUNT', 'no account on this computer');
      await messenger.setFriendlyName(name);
      await deps.account.save({ ...account, friendlyName: name });
      showAccount();
    },
  };
}
